import { readInt64, writeInt64 } from '../../../stores/encoding/int64.js';
import { type StateKey, stateKey, stateKeyBytes } from '../../../stores/encoding/state-key.js';
import { InvalidStateStoreError } from '../invalid-state-store-error.js';

/** The place of an entry among those of its row: its time, and a number among the entries of the same time. */
export interface PlaceInRow {
  readonly time: number;
  readonly number: number;
}

/** Where a page ends: after a row, or after an entry in it. */
export interface RowCursor {
  readonly row: StateKey;
  /** undefined: the row is complete. */
  readonly place: PlaceInRow | undefined;
}

const PLACE_BYTES = 16;
/** The time of a place after all entries of the row. */
const COMPLETE = -1;

/** The cursor of a store whose rows have several entries begins with the place. */
export function encodeCursor({ row, place }: RowCursor, hasPlaces: boolean): string {
  const key = stateKeyBytes(row);
  if (!hasPlaces) return key.toString('base64url');
  const bytes = Buffer.allocUnsafe(PLACE_BYTES);
  writeInt64(bytes, place?.time ?? COMPLETE, 0);
  writeInt64(bytes, place?.number ?? 0, 8);
  return Buffer.concat([bytes, key]).toString('base64url');
}

/** Throws an InvalidStateStoreError if the text is no cursor. */
export function decodeCursor(text: string, hasPlaces: boolean): RowCursor {
  if (!/^[\w-]*$/.test(text)) throw badCursor();
  const bytes = Buffer.from(text, 'base64url');
  if (!hasPlaces) return { row: stateKey(bytes), place: undefined };
  if (bytes.length < PLACE_BYTES) throw badCursor();
  const [time, number] = [readInt64(bytes, 0), readInt64(bytes, 8)];
  const row = stateKey(bytes.subarray(PLACE_BYTES));
  return { row, place: time === COMPLETE ? undefined : { time, number } };
}

export function badCursor(): InvalidStateStoreError {
  return new InvalidStateStoreError('BAD_CURSOR', 'the cursor is not one of an earlier page');
}
