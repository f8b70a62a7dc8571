import { readInt64, writeInt64 } from '../../stores/int64.js';
import type { Header, Headers } from '../kafka/record.js';

/** What an upstream task promises to one partition of a repartition topic: nothing older than `time` will come from it. */
export interface TimeMarker {
  /** Partition of the task that announces. */
  readonly upstreamTask: number;
  readonly time: number;
}

const HEADER = '__streams.time';

export const MARKER_HEADERS: Headers = Object.freeze([Object.freeze<Header>({ key: HEADER, value: Buffer.from([1]) })]);

export function isMarker(headers: Headers): boolean {
  return headers.length > 0 && headers.some(header => header.key === HEADER);
}

export function encodeMarker({ upstreamTask, time }: TimeMarker): Buffer {
  const bytes = Buffer.allocUnsafe(16);
  writeInt64(bytes, upstreamTask, 0);
  writeInt64(bytes, time, 8);
  return bytes;
}

export function decodeMarker(bytes: Buffer): TimeMarker {
  return { upstreamTask: readInt64(bytes, 0), time: readInt64(bytes, 8) };
}
