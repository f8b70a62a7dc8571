import {
  type Checkpoint,
  encodeCheckpoint,
  encodeInstance,
  type InputOffsets,
  type InstanceRecord,
  instanceKey,
} from '../../streams/audit/checkpoint.js';
import { type ConsumerRecord, NO_HEADERS } from '../../streams/kafka/record.js';

export interface TaskFigures {
  readonly task: string;
  readonly offsets: InputOffsets;
  /** Those processed if not given. */
  readonly cleaned?: number;
  readonly rejected?: number;
  readonly late?: number;
  readonly streamTime?: number;
  readonly instance?: string;
  readonly host?: string | null;
  readonly repartitions?: readonly string[];
}

export function checkpointOf({ task, offsets, ...figures }: TaskFigures): Checkpoint {
  const { rejected = 0, late = 0, streamTime = 1000, instance = 'A', host = null, repartitions = [] } = figures;
  const processed = offsets.next - offsets.begin;
  const { cleaned = processed - rejected } = figures;
  return {
    task,
    instance,
    host,
    streamTime,
    counts: { in: { user: processed }, out: { 'user-cleaned': cleaned }, rejected, late, dropped: 0 },
    offsets: { user: offsets },
    times: {},
    watermarks: Object.fromEntries(repartitions.map(name => [name, []])),
  };
}

export function taskRecord(record: Checkpoint): ConsumerRecord {
  const partition = Number(record.task.split('_')[1]);
  return { ...kafkaRecord('users-audit', record.task, encodeCheckpoint(record)), partition };
}

/** An announcement; null: the instance has closed. */
export function instanceRecord(
  instance: string,
  record: Omit<InstanceRecord, 'instance' | 'standbys'> | null,
): ConsumerRecord {
  const value = record === null ? null : encodeInstance({ instance, standbys: [], ...record });
  return kafkaRecord('users-audit', instanceKey(instance), value);
}

export function kafkaRecord(topic: string, key: string, value: Buffer | null): ConsumerRecord {
  return { topic, partition: 0, offset: 0, timestamp: 0, key: Buffer.from(key), value, headers: NO_HEADERS };
}
