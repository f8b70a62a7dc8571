import type { ConsumerRecord } from '../../streams/kafka/record.js';
import { BlockReader } from '../../streams/runtime/processors/repartition/block.js';

/** The entries of a block of a repartition topic: the text of the values of records, the kinds of the others. */
export function entriesOf(block: Buffer | null): string[] {
  const reader = new BlockReader();
  reader.open(block ?? Buffer.alloc(0));
  const entries: string[] = [];
  while (!reader.isAtEnd) {
    reader.next();
    entries.push(reader.kind === 'record' ? String(reader.value) : reader.kind);
  }
  return entries;
}

/** By the text of their values: the transactions of these records, which are in the order of their partitions. */
export function transactionsOf(records: readonly ConsumerRecord[]): Map<string, number> {
  const transactions = new Map<string, number>();
  let transaction = 0;
  let last: ConsumerRecord | undefined;
  for (const record of records) {
    // The marker of a transaction takes an offset.
    const isNext = last?.partition === record.partition && last.offset + 1 === record.offset;
    if (!isNext) transaction++;
    transactions.set(String(record.value), transaction);
    last = record;
  }
  return transactions;
}
