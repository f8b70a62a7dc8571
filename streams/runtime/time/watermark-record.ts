import { readInt64, writeInt64 } from '../../../stores/encoding/int64.js';
import { NEVER } from './time.js';

/** The promise of an upstream task to one partition of a repartition topic: it will send nothing older than `time`. */
export interface WatermarkRecord {
  /** Partition of the upstream task. */
  readonly upstreamTask: number;
  readonly time: number;
}

const BYTES = 16;

export function encodeWatermark({ upstreamTask, time }: WatermarkRecord): Buffer {
  const bytes = Buffer.allocUnsafe(BYTES);
  writeInt64(bytes, upstreamTask, 0);
  writeInt64(bytes, time, 8);
  return bytes;
}

/** Throws if the bytes are not a watermark record. */
export function decodeWatermark(bytes: Buffer | null): WatermarkRecord {
  if (bytes?.length === BYTES) {
    const upstreamTask = readInt64(bytes, 0);
    const time = readInt64(bytes, 8);
    if (upstreamTask >= 0 && time >= NEVER && Number.isSafeInteger(time)) return { upstreamTask, time };
  }
  throw new Error(`not a watermark record: ${bytes?.toString('hex', 0, 2 * BYTES) ?? null}`);
}
