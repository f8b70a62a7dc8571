import type { Codec } from '../encoding/codec.js';
import { CHUNK_START, entryEnd, timeAt, valueAt } from '../encoding/time-chunk.js';

/** Times from `from` to `to`, both included, in milliseconds since the epoch. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

export interface ChunkEntry<V> {
  readonly time: number;
  readonly value: V;
}

/**
 * The entries of a span in chunks that follow each other, in the order of their times, or the reverse. A chunk never
 * changes: a write replaces it. So the entries are as of the time when the chunks were read.
 */
export function* chunkEntries<V>(
  chunks: readonly Buffer[],
  values: Codec<V>,
  { from, to }: TimeSpan,
  reverse: boolean,
): Generator<ChunkEntry<V>> {
  for (const chunk of reverse ? [...chunks].reverse() : chunks) {
    const offsets: number[] = [];
    for (let offset = CHUNK_START; offset < chunk.length; offset = entryEnd(chunk, offset)) {
      const time = timeAt(chunk, offset);
      if (time >= from && time <= to) offsets.push(offset);
    }
    if (reverse) offsets.reverse();
    for (const offset of offsets) {
      yield { time: timeAt(chunk, offset), value: values.deserialize(valueAt(chunk, offset)) };
    }
  }
}
