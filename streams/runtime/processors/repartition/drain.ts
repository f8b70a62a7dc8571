import type { RepartitionInput } from '../site.js';
import type { WaitingSteps } from '../waiting-steps.js';

/** Processes the records of local queues, the oldest head first, until all are empty or a step waits. */
export function drainLocally(inputs: readonly RepartitionInput[], steps: WaitingSteps): void {
  while (!steps.any) {
    let next: RepartitionInput | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const input of inputs) {
      const timestamp = input.queue.headTimestamp;
      if (timestamp < least) {
        next = input;
        least = timestamp;
      }
    }
    const record = next?.queue.shift();
    if (next === undefined || record === undefined) return;
    next.source.processorNode.receive(record.key, record.value, record.timestamp, record.headers);
  }
}
