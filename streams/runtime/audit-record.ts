import type { SavedTime } from './processors/processor.js';
import type { TaskCounts } from './task-counts.js';

/**
 * What a task commits about itself, to the audit topic under its id: what it has done, for the audit, and the times to go on
 * with after a restart. JSON, so that a person can read it.
 */
export interface AuditRecord {
  readonly task: string;
  /** Highest timestamp processed, or promised while the input is silent; milliseconds since the epoch, -1 at first. */
  readonly streamTime: number;
  readonly counts: TaskCounts;
  /** By operator, and by repartition topic (`watermarks`). */
  readonly times: Readonly<Record<string, SavedTime>>;
  readonly watermarks: Readonly<Record<string, readonly number[]>>;
}

export function encodeAudit(record: AuditRecord): Buffer {
  return Buffer.from(JSON.stringify(record));
}

/** Throws if the bytes are not an audit record. */
export function decodeAudit(bytes: Buffer): AuditRecord {
  return JSON.parse(bytes.toString()) as AuditRecord;
}
