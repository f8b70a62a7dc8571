/** A record as it is produced. */
export interface SourceRecord {
  /** Null where the record holds no usable email. */
  readonly key: string | null;
  /** JSON text in UTF-8. */
  readonly value: Buffer;
}

export interface RecordBatch {
  readonly records: readonly SourceRecord[];
  /** Share of the source that is read with this batch, 0 to 1; undefined where the source's size is not known. */
  readonly fraction: number | undefined;
}

/** Read only as fast as it is iterated. Ends with a `BrokenInputError` where its input can't be read on. */
export type RecordSource = AsyncIterable<RecordBatch>;
