import { setTimeout as delay } from 'node:timers/promises';
import kafka from 'node-rdkafka';
import { createTopic } from '../test/broker/topics.js';
import { readEnds } from './offset-reader.js';
import { Workload, type WorkloadOptions, type WorkloadResult } from './workload.js';

export interface LoadOptions extends Partial<WorkloadOptions> {
  /** 4 if not given. */
  readonly partitions?: number;
}

const MINUTE_MS = 60_000;
const SPAN_MS = 10 * MINUTE_MS;
const QUEUE_FULL = kafka.CODES.ERRORS.ERR__QUEUE_FULL;
const TIMEOUT_MS = 60_000;

/**
 * Creates the topic and loads the users workload into it: by default 1,000,000 users, seed 1, over the ten whole minutes
 * before this one (a broker deletes records older than its retention), 60 s windows. Resolves with the right answer once
 * the broker has all records, each once.
 */
export async function loadUsers(address: string, topic: string, options: LoadOptions = {}): Promise<WorkloadResult> {
  const now = Date.now();
  const workload = new Workload({
    users: options.users ?? 1_000_000,
    seed: options.seed ?? 1,
    start: options.start ?? now - (now % MINUTE_MS) - SPAN_MS,
    spanMs: options.spanMs ?? SPAN_MS,
    windowMs: options.windowMs ?? MINUTE_MS,
  });
  await createTopic(address, topic, options.partitions ?? 4);
  await produce(address, topic, workload);
  const ends = await readEnds(address, [topic]);
  const loaded = ends.reduce((sum, { offset }) => sum + offset, 0);
  if (loaded !== workload.result.records) {
    throw new Error(`${topic} holds ${loaded} records of ${workload.result.records}`);
  }
  return workload.result;
}

async function produce(address: string, topic: string, workload: Workload): Promise<void> {
  const producer = new kafka.Producer(
    {
      'metadata.broker.list': address,
      'client.id': 'load',
      'enable.idempotence': true,
      'compression.type': 'lz4',
      'linger.ms': 20,
      'queue.buffering.max.messages': 50_000,
    },
    { partitioner: 'murmur2_random' },
  );
  await new Promise<void>((resolve, reject) => {
    producer.connect({ timeout: TIMEOUT_MS }, error => (error ? reject(new Error(error.message)) : resolve()));
  });
  for (const { key, value, timestamp } of workload) {
    const bytes = Buffer.from(value);
    while (!queued(producer, topic, bytes, key, timestamp)) {
      // What was delivered leaves the queue only when its report is taken.
      producer.poll();
      await delay(1);
    }
  }
  await new Promise<void>((resolve, reject) => {
    producer.flush(TIMEOUT_MS, error => (error ? reject(new Error(error.message)) : resolve()));
  });
  await new Promise<void>(resolve => producer.disconnect(() => resolve()));
}

/** False when the client's queue is full. */
function queued(
  producer: kafka.Producer,
  topic: string,
  value: Buffer,
  key: string | null,
  timestamp: number,
): boolean {
  try {
    producer.produce(topic, null, value, key, timestamp);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === QUEUE_FULL) return false;
    throw error;
  }
}
