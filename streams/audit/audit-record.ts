import type { TaskCounts } from './task-counts.js';

/** What an operator needs to go on with the time that it had: kept in the audit record of its task. */
export type SavedTime = Readonly<Record<string, number | readonly number[]>>;

/** How far a task has come in one partition of a source topic. */
export interface InputOffsets {
  /** Offset at which the task began, when the application was new. */
  readonly begin: number;
  /** Offset of the next record; what is below it is processed and committed. */
  readonly next: number;
  /** How many offsets were processed of topics of the same name that were deleted since. Absent: none. */
  readonly earlier?: number;
}

/**
 * What a task commits about itself, to the audit topic under its id: what it has done, for the audit, and the times to go on
 * with after a restart. JSON, so that a person can read it.
 */
export interface AuditRecord {
  readonly task: string;
  /** The instance that ran it, and where that is to be reached (`host:port`); null if it serves nothing. */
  readonly instance: string;
  readonly host: string | null;
  /** Highest timestamp processed, or promised while the input is silent; milliseconds since the epoch, -1 at first. */
  readonly streamTime: number;
  readonly counts: TaskCounts;
  /** By source topic. They are committed with the counts: the two always fit each other. */
  readonly offsets: Readonly<Record<string, InputOffsets>>;
  /** By repartition topic: offset of the next record. Absent in records of earlier versions. */
  readonly repartitionOffsets?: Readonly<Record<string, number>>;
  /** By input topic, of those that have one: the id of the topic that the offsets are of. Absent in records of earlier versions. */
  readonly topicIds?: Readonly<Record<string, string>>;
  /** By operator, and by repartition topic (`watermarks`). */
  readonly times: Readonly<Record<string, SavedTime>>;
  readonly watermarks: Readonly<Record<string, readonly number[]>>;
}

/**
 * What an instance announces, under `instance/<id>`: when tasks are assigned to it, before it restores them. An instance that
 * closes leaves a tombstone; one that dies leaves its last announcement.
 */
export interface InstanceRecord {
  readonly instance: string;
  readonly host: string | null;
  /** Ids of the tasks that it has, or restores. */
  readonly tasks: readonly string[];
  /** Ids of the tasks whose stores it follows as hot standby. */
  readonly standbys: readonly string[];
}

const INSTANCE_PREFIX = 'instance/';

export function instanceKey(instance: string): string {
  return `${INSTANCE_PREFIX}${instance}`;
}

export function isInstanceKey(key: string): boolean {
  return key.startsWith(INSTANCE_PREFIX);
}

const IDENTITY_PREFIX = 'application/';

/** Key of the record that tells this application from its namesakes on other clusters. */
export function identityKey(id: string): string {
  return `${IDENTITY_PREFIX}${id}`;
}

export function isIdentityKey(key: string): boolean {
  return key.startsWith(IDENTITY_PREFIX);
}

export function encodeAudit(record: AuditRecord): Buffer {
  return Buffer.from(JSON.stringify(record));
}

/** Throws if the bytes are not an audit record. */
export function decodeAudit(bytes: Buffer): AuditRecord {
  return JSON.parse(bytes.toString()) as AuditRecord;
}

export function encodeInstance(record: InstanceRecord): Buffer {
  return Buffer.from(JSON.stringify(record));
}

/** Throws if the bytes are not an announcement. */
export function decodeInstance(bytes: Buffer): InstanceRecord {
  // Those of earlier versions name no standbys.
  return { standbys: [], ...(JSON.parse(bytes.toString()) as Omit<InstanceRecord, 'standbys'>) };
}
