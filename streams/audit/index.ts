/**
 * Reads the audit topic `<application.id>-audit`: what each task has processed and output, where it runs, and which
 * instances there are.
 */

export { AuditTable, INSTANCE_EXPIRES_AFTER_MS } from './audit-table.js';
export type { Checkpoint, InputOffsets, InstanceRecord, KeptShape, SavedTime } from './checkpoint.js';
export type { TaskCounts } from './task-counts.js';
