import type { SavedTime } from '../../audit/audit-record.js';

/** Before any time: nothing was heard or seen. */
export const NEVER = -1;

/** After all time: the input has ended, and every window may close. */
export const END_OF_TIME = Number.MAX_SAFE_INTEGER;

/** A clock of event time: a promise that nothing older than `time` will come from there. */
export interface TimeOrigin {
  /** Milliseconds since the epoch, NEVER at first; it does not go back. */
  readonly time: number;
  /** How many tasks the promise is made of. */
  readonly upstreamTasks: number;
}

/**
 * The time of a source-fed task: the highest timestamp that it processed, or, when its input is silent, what the idle
 * check promises.
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
 * The watermark of a partition fed through a repartition topic: the lowest of the times that its upstream tasks announced. One
 * not heard of holds it back.
 */
export class Watermark implements TimeOrigin {
  readonly #times: number[];
  #time = NEVER;

  constructor(upstreamTasks: number) {
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
 * The time by which one operator judges lateness, closes windows and expires state: its *effective* time. Its *stream time* is
 * the highest timestamp that reached it, as in Java. Fed by one task, that is its effective time. Fed by several, whose
 * records interleave, it is held back by the lowest of their times, so that none of them is late because another is ahead.
 * With `closeOnIdle` the origins' time alone counts, so time passes where no record arrives.
 */
export class OperatorTime implements TimeOrigin {
  readonly upstreamTasks: number;
  readonly #origins: readonly TimeOrigin[];
  readonly #closeOnIdle: boolean;
  #streamTime = NEVER;
  #released = NEVER;

  constructor(origins: readonly TimeOrigin[], closeOnIdle: boolean) {
    this.#closeOnIdle = closeOnIdle;
    this.#origins = closeOnIdle ? origins : origins.filter(origin => origin.upstreamTasks > 1);
    this.upstreamTasks = Math.max(...origins.map(origin => origin.upstreamTasks));
  }

  get streamTime(): number {
    return this.#streamTime;
  }

  observe(timestamp: number): void {
    if (timestamp > this.#streamTime) this.#streamTime = timestamp;
  }

  get effective(): number {
    let time = this.#closeOnIdle ? END_OF_TIME : this.#streamTime;
    for (const origin of this.#origins) if (origin.time < time) time = origin.time;
    return time;
  }

  /** True where results have no order of Java's to keep: they leave in the order of their timestamps. */
  get heldBack(): boolean {
    return this.#closeOnIdle || this.#origins.length > 0;
  }

  /** For what comes after this operator: it has emitted all that was due up to here. */
  get time(): number {
    return this.#released;
  }

  release(time: number): void {
    if (time > this.#released) this.#released = time;
  }

  save(): { readonly streamTime: number; readonly released: number } {
    return { streamTime: this.#streamTime, released: this.#released };
  }

  /** Goes on from what was saved. */
  resume(saved: SavedTime): void {
    this.observe(savedNumber(saved, 'streamTime'));
    this.release(savedNumber(saved, 'released'));
  }
}

/** NEVER if it was not saved. */
export function savedNumber(saved: SavedTime, name: string): number {
  const value = saved[name];
  return typeof value === 'number' ? value : NEVER;
}
