import type { Consumer } from '../../kafka/ports.js';
import type { RecordQueue } from './record-queue.js';

/**
 * Bounds the buffered records of partitions that are ahead, while their task waits for records of another partition
 * that may be older. To stop polling would bound them too, but then the awaited partition would not arrive either.
 *
 * Each queue has an equal share of the bytes. A partition whose queue has reached its share is paused, and resumed when
 * half of the share is left. `pause` drops what the client has fetched ahead, so it must be rare.
 */
export class InputPauses {
  readonly #consumer: Consumer;
  readonly #maxBytes: number;
  #queues: readonly RecordQueue[] = [];

  constructor(consumer: Consumer, maxBytes: number) {
    this.#consumer = consumer;
    this.#maxBytes = maxBytes;
  }

  /** The consumer has just been assigned to these queues' partitions. None of them is paused. */
  assigned(queues: readonly RecordQueue[]): void {
    this.#queues = queues;
    for (const queue of queues) queue.resume();
  }

  /**
   * Call it when everything that can be processed is processed, and no poll is in flight. The records left in the
   * queues wait for others.
   */
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
