import { z } from 'zod';
import { isHostAndPort } from '../network/address.js';
import type { TaskCounts } from './task-counts.js';

/** The event time of an operator, in the checkpoint of its task. The operator continues from it after a restart. */
export type SavedTime = Readonly<Record<string, number | readonly number[]>>;

/** The position of a task in one partition of a source topic. */
export interface InputOffsets {
  /** Offset at which the task started, when the application was new. */
  readonly begin: number;
  /** Offset of the next record. Everything below it is processed and committed. */
  readonly next: number;
  /** Number of processed offsets of deleted topics of the same name. Absent: none. */
  readonly earlier?: number;
}

/** The shape of a store (`StoreShape`); with windows, their size, advance and grace in milliseconds. */
export interface KeptShape {
  readonly kind: string;
  readonly sizeMs?: number;
  readonly advanceMs?: number;
  readonly graceMs?: number;
}

/**
 * What a task commits about itself, to the audit topic under its id: its counts, for the audit, and its times, to
 * continue from after a restart. It is JSON, so that people can read it.
 */
export interface Checkpoint {
  readonly task: string;
  /** The instance that ran the task. null in records of earlier versions. */
  readonly instance: string | null;
  /** Address of that instance (`host:port`). null if it serves nothing. */
  readonly host: string | null;
  /** Highest timestamp processed, or promised while the input is silent. Milliseconds since the epoch, -1 at first. */
  readonly streamTime: number;
  readonly counts: TaskCounts;
  /** By source topic. Offsets and counts are committed together, so they always match. */
  readonly offsets: Readonly<Record<string, InputOffsets>>;
  /** By repartition topic: offset of the next record. Absent in records of earlier versions. */
  readonly repartitionOffsets?: Readonly<Record<string, number>>;
  /** By input topic with a known id: the id of the topic of these offsets. Absent in records of earlier versions. */
  readonly topicIds?: Readonly<Record<string, string>>;
  /** By store of the operator, and by repartition topic (`watermarks`). */
  readonly times: Readonly<Record<string, SavedTime>>;
  readonly watermarks: Readonly<Record<string, readonly number[]>>;
  /**
   * By store. Stores of earlier topologies are included, because their changelogs still exist. Absent in records of
   * earlier versions.
   */
  readonly stores?: Readonly<Record<string, KeptShape>>;
}

/**
 * The announcement of an instance, under `instance/<id>`. It is written when tasks are assigned to the instance, before
 * it restores them. An instance that closes writes a tombstone. An instance that dies leaves its last announcement,
 * which expires.
 */
export interface InstanceRecord {
  readonly instance: string;
  readonly host: string | null;
  /** Ids of the tasks that it runs or restores. */
  readonly tasks: readonly string[];
  /** Ids of the tasks whose stores it follows as standby. */
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

/** Key of the record that distinguishes this application from its namesakes on other clusters. */
export function identityKey(id: string): string {
  return `${IDENTITY_PREFIX}${id}`;
}

export function isIdentityKey(key: string): boolean {
  return key.startsWith(IDENTITY_PREFIX);
}

export function encodeCheckpoint(record: Checkpoint): Buffer {
  return Buffer.from(JSON.stringify(record));
}

/** A record by names. Unlike zod's record it keeps the name `__proto__`, which a topic may have. */
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

// Optional fields are missing in records of earlier versions.
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
} satisfies Record<keyof Checkpoint, z.ZodType>;
const checkpoint = z.object(auditFields);

/** Throws an error of one line if the bytes are not a checkpoint. */
export function decodeCheckpoint(bytes: Buffer): Checkpoint {
  return parsed(checkpoint, bytes);
}

/** Throws an error of one line if the bytes are not a checkpoint of this task. */
export function decodeCheckpointOf(task: string, bytes: Buffer): Checkpoint {
  const record = decodeCheckpoint(bytes);
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
