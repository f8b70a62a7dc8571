import type { RepartitionInput } from '../site.js';

/** Runs what processors sent to each other within the task, the oldest head first, until nothing is left. */
export function drainLocally(inputs: readonly RepartitionInput[]): void {
  for (;;) {
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
    next.source.receive(record.key, record.value, record.timestamp, record.headers);
  }
}
