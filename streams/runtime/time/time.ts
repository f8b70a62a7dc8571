import type { SavedTime } from '../../audit/checkpoint.js';

/** Before any time: no record was seen, and no time was announced. */
export const NEVER = -1;

/** After all time: the input has ended, and every window may close. */
export const END_OF_TIME = Number.MAX_SAFE_INTEGER;

/**
 * How calls that are in flight delay the records of an origin. `inOrder`: none comes before an earlier one. `reordered`:
 * some do.
 */
export type Delay = 'inOrder' | 'reordered';

/** A clock of event time: it promises that nothing older than `time` will come from its origin. */
export interface TimeOrigin {
  /** Milliseconds since the epoch. NEVER at first. It never goes back. */
  readonly time: number;
  /** The number of tasks whose promises it combines. */
  readonly upstreamTasks: number;
  /** undefined: its records are not delayed. */
  readonly delay?: Delay | undefined;
}

/** The delay of the records of several origins together. */
export function delayOf(origins: readonly TimeOrigin[]): Delay | undefined {
  const delays = origins.map(({ delay }) => delay);
  if (delays.includes('reordered')) return 'reordered';
  if (!delays.includes('inOrder')) return undefined;
  // The records of another origin pass those that are delayed.
  return origins.length > 1 ? 'reordered' : 'inOrder';
}

/**
 * The time of a task with source topics: the highest timestamp that it processed, or the promise of the idle check if
 * its input is silent.
 */
export class TaskTime implements TimeOrigin {
  readonly upstreamTasks = 1;
  #time = NEVER;

  get time(): number {
    return this.#time;
  }

  advance(time: number): void {
    if (time > this.#time) this.#time = time;
  }
}

/**
 * The watermark of a partition of a repartition topic: the lowest time that its upstream tasks have announced. A task
 * that has announced nothing holds it at NEVER.
 */
export class Watermark implements TimeOrigin {
  readonly delay: Delay | undefined;
  readonly #times: number[];
  #time = NEVER;

  constructor(upstreamTasks: number, delay?: Delay) {
    this.delay = delay;
    this.#times = new Array<number>(upstreamTasks).fill(NEVER);
  }

  get time(): number {
    return this.#time;
  }

  get upstreamTasks(): number {
    return this.#times.length;
  }

  get times(): readonly number[] {
    return this.#times;
  }

  announce(upstreamTask: number, time: number): void {
    const known = this.#times[upstreamTask];
    if (known === undefined || time <= known) return;
    this.#times[upstreamTask] = time;
    if (known === this.#time) this.#time = this.#times.reduce((least, next) => (next < least ? next : least));
  }
}

/**
 * The times of an operator. Its *stream time* is the highest timestamp that reached it, as in Java. By its *input
 * watermark* it judges lateness, closes windows and expires state. With one upstream task, the input watermark is the
 * stream time. With several, whose records interleave, it is never above the lowest of their times. So no task's
 * records are late because another task is ahead. The same holds for records that a call in flight delays. With `closeOnIdle`, only the time of the origins counts, so time
 * passes without records. Up to its *output watermark* the operator has emitted everything that was due.
 */
export class OperatorTime implements TimeOrigin {
  readonly upstreamTasks: number;
  readonly delay: Delay | undefined;
  readonly #origins: readonly TimeOrigin[];
  readonly #closeOnIdle: boolean;
  #streamTime = NEVER;
  #outputWatermark = NEVER;

  constructor(origins: readonly TimeOrigin[], closeOnIdle: boolean) {
    this.#closeOnIdle = closeOnIdle;
    this.delay = delayOf(origins);
    const all = closeOnIdle || this.delay === 'reordered';
    this.#origins = all ? origins : origins.filter(origin => origin.upstreamTasks > 1);
    this.upstreamTasks = Math.max(...origins.map(origin => origin.upstreamTasks));
  }

  get streamTime(): number {
    return this.#streamTime;
  }

  observe(timestamp: number): void {
    if (timestamp > this.#streamTime) this.#streamTime = timestamp;
  }

  get inputWatermark(): number {
    let time = this.#closeOnIdle ? END_OF_TIME : this.#streamTime;
    for (const origin of this.#origins) if (origin.time < time) time = origin.time;
    return time;
  }

  /** True if results leave in the order of their timestamps. Otherwise they leave in Java's order. */
  get heldBack(): boolean {
    return this.#closeOnIdle || this.#origins.length > 0;
  }

  /** The output watermark. */
  get time(): number {
    return this.#outputWatermark;
  }

  /** Everything that was due up to `time` is emitted. The output watermark never goes back. */
  advanceOutput(time: number): void {
    if (time > this.#outputWatermark) this.#outputWatermark = time;
  }

  save(): { readonly streamTime: number; readonly outputWatermark: number } {
    return { streamTime: this.#streamTime, outputWatermark: this.#outputWatermark };
  }

  /** Continues from the saved times. */
  resume(saved: SavedTime): void {
    this.observe(savedNumber(saved, 'streamTime'));
    this.advanceOutput(savedOutputWatermark(saved));
  }
}

/** NEVER if it was not saved. Checkpoints of earlier versions have it as `released`. */
export function savedOutputWatermark(saved: SavedTime): number {
  return Math.max(savedNumber(saved, 'outputWatermark'), savedNumber(saved, 'released'));
}

/** NEVER if it was not saved. */
export function savedNumber(saved: SavedTime, name: string): number {
  const value = saved[name];
  return typeof value === 'number' ? value : NEVER;
}
