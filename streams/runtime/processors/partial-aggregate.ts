import { readInt64, writeInt64 } from '../../../stores/int64.js';
import type { Serde } from '../../dsl/serdes.js';
import type { Header, Headers } from '../../kafka/record.js';

/** No window: the aggregation is not windowed. */
export const NO_WINDOW = -1;

/** The aggregate of some records of one key and window, on its way to be merged with that of others. */
export class PartialAggregate {
  /** NO_WINDOW if the aggregation is not windowed. */
  readonly windowStart: number;
  readonly aggregate: unknown;
  /** How many records it is made of. */
  readonly records: number;

  constructor(windowStart: number, aggregate: unknown, records: number) {
    this.windowStart = windowStart;
    this.aggregate = aggregate;
    this.records = records;
  }
}

const HEADER = '__streams.partial';

/** Marks a record of a repartition topic as a partial aggregate: its topic has plain records too where caching was off. */
export const PARTIAL_HEADERS: Headers = Object.freeze([
  Object.freeze<Header>({ key: HEADER, value: Buffer.from([1]) }),
]);

export function isPartial(headers: Headers): boolean {
  return headers.length > 0 && headers.some(header => header.key === HEADER);
}

/** Window start and number of records (8 bytes each), then the aggregate. */
export function encodePartial(partial: PartialAggregate, serde: Serde<unknown>): Buffer {
  const aggregate = serde.serialize(partial.aggregate);
  const bytes = Buffer.allocUnsafe(16 + aggregate.length);
  writeInt64(bytes, partial.windowStart, 0);
  writeInt64(bytes, partial.records, 8);
  aggregate.copy(bytes, 16);
  return bytes;
}

export function decodePartial(bytes: Buffer, serde: Serde<unknown>): PartialAggregate {
  return new PartialAggregate(readInt64(bytes, 0), serde.deserialize(bytes.subarray(16)), readInt64(bytes, 8));
}
