/** A position in the input. */
export interface InputPlace {
  /** The first is 1. */
  readonly line: number;
  /** Number of the record that could not be read; the first is 1. */
  readonly record: number;
  /** Bytes of (decompressed) text before the position. */
  readonly byte: number;
}

/** Input that can't be read after a position. The message is one line with the position. */
export class BrokenInputError extends Error {
  readonly place: InputPlace;
  /** True if the input has one value a line, so that a line can be skipped. */
  readonly perLine: boolean;

  constructor(reason: string, place: InputPlace, options?: ErrorOptions & { readonly perLine?: boolean }) {
    super(`line ${place.line}, record ${place.record}, byte ${place.byte}: ${reason}`, options);
    this.name = 'BrokenInputError';
    this.place = place;
    this.perLine = options?.perLine ?? false;
  }
}
