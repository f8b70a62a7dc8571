import type { SavedTime } from '../../../audit/checkpoint.js';
import { NEVER, savedNumber } from '../../time/time.js';
import { Processor } from '../processor.js';
import type { TaskContext } from '../task-context.js';

/** The highest time that was put to a store. NEVER at first. */
export interface HighestTime {
  readonly highest: () => number;
  readonly resume: (highest: number) => void;
}

/** Saves the time of a store of processors: the highest one that was put. It gets no records. */
export class StoreTime extends Processor {
  readonly #time: HighestTime;

  constructor(store: string, time: HighestTime, context: TaskContext) {
    super(store, context);
    this.#time = time;
  }

  override get isDescribed(): boolean {
    return false;
  }

  process(): void {}

  override get timeName(): string {
    return this.name;
  }

  override saveTime(): SavedTime | undefined {
    const highest = this.#time.highest();
    return highest === NEVER ? undefined : { highest };
  }

  override resumeTime(saved: SavedTime): void {
    this.#time.resume(savedNumber(saved, 'highest'));
  }
}
