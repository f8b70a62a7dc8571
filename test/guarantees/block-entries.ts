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
