import type { Punctuations } from '../punctuations.js';
import type { RepartitionInput } from '../site.js';

/** Processes the local record with the oldest timestamp. Returns false if there is none. */
export function processLocal(inputs: readonly RepartitionInput[], punctuations: Punctuations): boolean {
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
  if (next === undefined || record === undefined) return false;
  punctuations.observe(record.timestamp);
  next.source.processorNode.receive(record.key, record.value, record.timestamp, record.headers);
  return true;
}
