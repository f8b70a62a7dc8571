import type { LocalRecord } from '../local-queue.js';
import type { RepartitionInput } from '../site.js';

/** Processes the local record with the oldest timestamp. Returns false if there is none. */
export function processLocal(inputs: readonly RepartitionInput[], begin: (record: LocalRecord) => void): boolean {
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
  begin(record);
  next.source.processorNode.receive(record.key, record.value, record.timestamp, record.headers);
  return true;
}
