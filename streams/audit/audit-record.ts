import { z } from 'zod';
import { isHostAndPort } from '../network/address.js';
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

/** How a store is kept (`StoreShape`); with windows it has their size, advance and grace in milliseconds. */
export interface KeptShape {
  readonly kind: string;
  readonly sizeMs?: number;
  readonly advanceMs?: number;
  readonly graceMs?: number;
}

/**
 * What a task commits about itself, to the audit topic under its id: what it has done, for the audit, and the times to go on
 * with after a restart. JSON, so that a person can read it.
 */
export interface AuditRecord {
  readonly task: string;
  /** The instance that ran it; null in records of earlier versions. */
  readonly instance: string | null;
  /** Where that instance is to be reached (`host:port`); null if it serves nothing. */
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
  /** By the store of the operator, and by repartition topic (`watermarks`). */
  readonly times: Readonly<Record<string, SavedTime>>;
  readonly watermarks: Readonly<Record<string, readonly number[]>>;
  /**
   * By store, also of those that the topology had earlier: their changelogs are still there. Absent in records of earlier versions.
   */
  readonly stores?: Readonly<Record<string, KeptShape>>;
}

/**
 * What an instance announces, under `instance/<id>`: when tasks are assigned to it, before it restores them. An instance that
 * closes leaves a tombstone; one that dies leaves its last announcement, which expires.
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

/** What is there by name. Unlike a record of zod it keeps the name `__proto__`, which a topic may have. */
const byName = <T>(shape: z.ZodType<T>): z.ZodType<Readonly<Record<string, T>>> =>
  z.custom<Readonly<Record<string, T>>>(
    named =>
      typeof named === 'object' &&
      named !== null &&
      !Array.isArray(named) &&
      Object.values(named).every(value => shape.safeParse(value).success),
    'a value has the wrong shape',
  );

const count = z.int().nonnegative();
const counts = byName(count);
const times = z.array(z.number());
const host = z.string().refine(isHostAndPort, 'must be host:port').nullable();

// What is optional is missing in records of earlier versions.
const countFields = {
  in: counts,
  out: counts,
  rejected: count,
  failedResults: count.exactOptional(),
  late: count,
  dropped: count.default(0),
} satisfies Record<keyof TaskCounts, z.ZodType>;
const shapeFields = {
  kind: z.string(),
  sizeMs: count.exactOptional(),
  advanceMs: count.exactOptional(),
  graceMs: count.exactOptional(),
} satisfies Record<keyof KeptShape, z.ZodType>;
const auditFields = {
  task: z.string(),
  instance: z.string().nullable().default(null),
  host: host.default(null),
  streamTime: z.number(),
  counts: z.object(countFields),
  offsets: byName(z.object({ begin: z.int(), next: z.int(), earlier: z.int().exactOptional() })).default({}),
  topicIds: byName(z.string()).exactOptional(),
  repartitionOffsets: byName(z.int()).exactOptional(),
  times: byName(byName(z.union([z.number(), times]))).default({}),
  watermarks: byName(times).default({}),
  stores: byName(z.object(shapeFields)).exactOptional(),
} satisfies Record<keyof AuditRecord, z.ZodType>;
const auditRecord = z.object(auditFields);

/** Throws an error of one line if the bytes are not an audit record. */
export function decodeAudit(bytes: Buffer): AuditRecord {
  return parsed(auditRecord, bytes);
}

/** Throws an error of one line if the bytes are not an audit record of this task. */
export function decodeAuditOf(task: string, bytes: Buffer): AuditRecord {
  const record = decodeAudit(bytes);
  if (record.task !== task) throw new TypeError(`task: must be ${task}`);
  return record;
}

export function encodeInstance(record: InstanceRecord): Buffer {
  return Buffer.from(JSON.stringify(record));
}

const instanceFields = {
  instance: z.string(),
  host,
  tasks: z.array(z.string()),
  standbys: z.array(z.string()).default([]),
} satisfies Record<keyof InstanceRecord, z.ZodType>;
const instanceRecord = z.object(instanceFields);

/** Throws an error of one line if the bytes are not the announcement that belongs under `key`. */
export function decodeInstance(key: string, bytes: Buffer): InstanceRecord {
  const record = parsed(instanceRecord, bytes);
  if (instanceKey(record.instance) !== key) throw new TypeError(`instance: must be that of the key ${key}`);
  return record;
}

function parsed<T>(shape: z.ZodType<T>, bytes: Buffer): T {
  const result = shape.safeParse(JSON.parse(bytes.toString()));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new TypeError(`${issue?.path.join('.') || 'record'}: ${issue?.message ?? 'not valid'}`);
}
