import type { Consumer } from '../../kafka/ports.js';
import type { RecordQueue } from './record-queue.js';

/**
 * Bounds what is buffered of partitions that are ahead, while their task waits for records of another one that may be older. To poll
 * nothing at all would bound it too, but the partition that is waited for would not come either.
 *
 * Each queue has an equal share of the bytes. A partition whose queue has reached its share is paused, and goes on when half of
 * it is left: `pause` drops what the client has fetched ahead, so it must be rare.
 */
export class InputPauses {
  readonly #consumer: Consumer;
  readonly #maxBytes: number;
  #queues: readonly RecordQueue[] = [];

  constructor(consumer: Consumer, maxBytes: number) {
    this.#consumer = consumer;
    this.#maxBytes = maxBytes;
  }

  /** These are read from now on, and the consumer has just been assigned to them: none is paused. */
  assigned(queues: readonly RecordQueue[]): void {
    this.#queues = queues;
    for (const queue of queues) queue.resume();
  }

  /** When all that can be processed is, and no poll is in flight: what is in the queues waits. */
  pauseFull(): void {
    const full = this.#queues.filter(queue => !queue.paused && queue.bytes >= this.#share);
    this.#consumer.pause(full);
    for (const queue of full) queue.pause();
  }

  resumeDrained(): void {
    const drained = this.#queues.filter(queue => queue.paused && queue.bytes <= this.#share / 2);
    this.#consumer.resume(drained);
    for (const queue of drained) queue.resume();
  }

  get #share(): number {
    return this.#maxBytes / this.#queues.length;
  }
}
