import { readInt64, writeInt64 } from '../../../../stores/encoding/int64.js';
import { deserializeView, type Serde } from '../../../dsl/serde/serdes.js';

/** The aggregation is not windowed. */
export const NO_WINDOW = -1;

/** The aggregate of some records of one key and window. It is merged with the others after the repartition. */
export class PartialAggregate {
  /** NO_WINDOW if the aggregation is not windowed. */
  readonly windowStart: number;
  readonly aggregate: unknown;
  /** The number of records in it. */
  readonly records: number;

  constructor(windowStart: number, aggregate: unknown, records: number) {
    this.windowStart = windowStart;
    this.aggregate = aggregate;
    this.records = records;
  }
}

const PREFIX_BYTES = 16;

/** Window start and number of records (8 bytes each), then the aggregate. */
export function encodePartial(partial: PartialAggregate, serde: Serde<unknown>): Buffer {
  const aggregate = serde.serialize(partial.aggregate);
  const bytes = Buffer.allocUnsafe(PREFIX_BYTES + aggregate.length);
  writeInt64(bytes, partial.windowStart, 0);
  writeInt64(bytes, partial.records, 8);
  aggregate.copy(bytes, PREFIX_BYTES);
  return bytes;
}

/** Throws if the bytes are not a partial aggregate. */
export function decodePartial(bytes: Buffer | null, serde: Serde<unknown>): PartialAggregate {
  if (bytes !== null && bytes.length >= PREFIX_BYTES) {
    const windowStart = readInt64(bytes, 0);
    const records = readInt64(bytes, 8);
    if (windowStart >= NO_WINDOW && Number.isSafeInteger(windowStart) && Number.isSafeInteger(records)) {
      return new PartialAggregate(windowStart, deserializeView(serde, bytes.subarray(PREFIX_BYTES)), records);
    }
  }
  throw new Error(`not a partial aggregate: ${bytes?.toString('hex', 0, 2 * PREFIX_BYTES) ?? null}`);
}
