/** A record as it is produced. */
export interface SourceRecord {
  /** null if the record has no usable email. */
  readonly key: string | null;
  /** JSON text in UTF-8. */
  readonly value: Buffer;
}

export interface RecordBatch {
  readonly records: readonly SourceRecord[];
  /** Share of the source that is read with this batch, 0 to 1. undefined if the size of the source is unknown. */
  readonly fraction: number | undefined;
}

/** It is read only as fast as it is iterated. Ends with a `BrokenInputError` if its input can't be read any further. */
export type RecordSource = AsyncIterable<RecordBatch>;
