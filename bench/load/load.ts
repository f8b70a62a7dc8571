import { setTimeout as delay } from 'node:timers/promises';
import { createTopic } from '../../test/broker/topics.js';
import { readEnds } from '../measure/offset-reader.js';
import type { GeneratedInput, InputRecord } from './generated-input.js';
import { InputProducer, type KeyPlacement } from './input-producer.js';
import type { WorkloadRecord } from './workload.js';

export interface LoadOptions {
  readonly keys: KeyPlacement;
  readonly partitions: number;
}

/** Creates the topics and loads the records into them. Resolves once the broker has each record once. */
export async function load(address: string, input: GeneratedInput, { keys, partitions }: LoadOptions): Promise<void> {
  for (const topic of input.topics) await createTopic(address, topic, partitions);
  const records = await produceAll(address, input, keys);
  const ends = await readEnds(address, input.topics);
  const loaded = ends.reduce((sum, { offset }) => sum + offset, 0);
  if (loaded !== records) throw new Error(`${input.topics.join(', ')}: there are ${loaded} records of ${records}`);
}

/** The records as the input of one topic. */
export function inTopic(topic: string, records: Iterable<WorkloadRecord>): GeneratedInput {
  return {
    topics: [topic],
    *[Symbol.iterator](): Iterator<InputRecord> {
      for (const record of records) yield { topic, ...record };
    },
  };
}

/** Resolves with their number when the broker has all records. */
export async function produceAll(address: string, records: Iterable<InputRecord>, keys: KeyPlacement): Promise<number> {
  const producer = new InputProducer(address, keys, { lingerMs: 20 });
  await producer.connect();
  let count = 0;
  for (const { topic, key, value, timestamp } of records) {
    const bytes = Buffer.from(value);
    while (!producer.send(topic, key, bytes, timestamp)) await delay(1);
    count++;
  }
  await producer.close();
  return count;
}
