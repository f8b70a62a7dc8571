import type { SavedTime } from '../../audit/checkpoint.js';
import type { Headers } from '../../kafka/record.js';
import { type Delay, delayOf, END_OF_TIME, NEVER, savedOutputWatermark, type TimeOrigin } from '../time/time.js';
import { Processor } from './processor.js';
import type { TaskContext } from './task-context.js';

/**
 * The time after a processor that holds records until the commit: the time of the last commit. It must not pass records
 * that are still held, or they would be late.
 */
export class HeldTime extends Processor implements TimeOrigin {
  readonly upstreamTasks: number;
  readonly delay: Delay | undefined;
  readonly #timeName: string;
  readonly #origins: readonly TimeOrigin[];
  #time = NEVER;

  constructor(name: string, timeName: string, origins: readonly TimeOrigin[], context: TaskContext) {
    super(name, context);
    this.#timeName = timeName;
    this.#origins = origins;
    this.upstreamTasks = Math.max(...origins.map(origin => origin.upstreamTasks));
    this.delay = delayOf(origins);
  }

  get time(): number {
    return this.#time;
  }

  override get isDescribed(): boolean {
    return false;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    this.processorNode.forward(key, value, timestamp, headers);
  }

  override beforeCommit(): void {
    let time = END_OF_TIME;
    for (const origin of this.#origins) if (origin.time < time) time = origin.time;
    if (time > this.#time) this.#time = time;
  }

  override get timeName(): string {
    return this.#timeName;
  }

  override saveTime(): SavedTime | undefined {
    return this.#time === NEVER ? undefined : { outputWatermark: this.#time };
  }

  override resumeTime(saved: SavedTime): void {
    this.#time = savedOutputWatermark(saved);
  }
}
