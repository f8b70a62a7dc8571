import { setTimeout as delay } from 'node:timers/promises';
import { createTopic } from '../../test/broker/topics.js';
import { readEnds } from '../measure/offset-reader.js';
import { InputProducer, type KeyPlacement } from './input-producer.js';
import { Workload, type WorkloadOptions, type WorkloadRecord, type WorkloadResult } from './workload.js';

export interface LoadOptions {
  readonly keys: KeyPlacement;
  readonly partitions: number;
  readonly workload: WorkloadOptions;
}

/** Creates the topic and loads the workload into it. Resolves with the right answer once the broker has each record once. */
export async function loadUsers(address: string, topic: string, options: LoadOptions): Promise<WorkloadResult> {
  const workload = new Workload(options.workload);
  await createTopic(address, topic, options.partitions);
  await produceAll(address, topic, workload, options.keys);
  const ends = await readEnds(address, [topic]);
  const loaded = ends.reduce((sum, { offset }) => sum + offset, 0);
  if (loaded !== workload.result.records) {
    throw new Error(`${topic} holds ${loaded} records of ${workload.result.records}`);
  }
  return workload.result;
}

/** Resolves when the broker has all records. */
export async function produceAll(
  address: string,
  topic: string,
  records: Iterable<WorkloadRecord>,
  keys: KeyPlacement,
): Promise<void> {
  const producer = new InputProducer(address, keys, { lingerMs: 20 });
  await producer.connect();
  for (const { key, value, timestamp } of records) {
    const bytes = Buffer.from(value);
    while (!producer.send(topic, key, bytes, timestamp)) await delay(1);
  }
  await producer.close();
}
