import { decodeTimestamped } from '../encoding/timestamped.js';
import { headersCodec } from '../encoding/timestamped-with-headers.js';
import type { RowDecoder, RowFormat } from './store-kind.js';

export const plainRow: RowDecoder = (values, bytes) => ({ value: values.deserialize(bytes), timestamp: null });

export const timestampedRow: RowDecoder = (values, bytes) => decodeTimestamped(values, bytes);

export const headersRow: RowDecoder = (values, bytes) => headersCodec(values).deserialize(bytes);

/** The row only states that the key is there. */
export const presentRow: RowDecoder = () => ({ value: true, timestamp: null });

export const rowDecoders: Readonly<Record<RowFormat, RowDecoder>> = Object.freeze({
  plain: plainRow,
  timestamped: timestampedRow,
  withHeaders: headersRow,
});
