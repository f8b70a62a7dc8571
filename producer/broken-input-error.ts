/** Input that can't be read beyond a place; the message is one line that says where. */
export class BrokenInputError extends Error {
  /** Number of the record that could not be read; the first is 1. */
  readonly record: number;
  /** Bytes of (decompressed) text before the place. */
  readonly byte: number;

  constructor(reason: string, record: number, byte: number, options?: ErrorOptions) {
    super(`record ${record}, byte ${byte}: ${reason}`, options);
    this.name = 'BrokenInputError';
    this.record = record;
    this.byte = byte;
  }
}
