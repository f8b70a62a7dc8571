import kafka, { type KafkaConsumer, type Message, type Producer, type TopicPartitionOffset } from 'node-rdkafka';
import { availableMessages } from '../../available-messages.js';

export interface LoopOptions {
  /** `host:port` */
  readonly address: string;
  /** The consumer group, and the beginning of the transactional id. */
  readonly applicationId: string;
  readonly input: string;
  readonly commitIntervalMs: number;
}

/** What the loop does with the records. */
export interface Step {
  process(message: Message, producer: Producer): void;
  /** Called before each commit, for what is written once a transaction. */
  beforeCommit(producer: Producer): void;
}

const BATCH = 5_000;
const POLL_MS = 50;
const TIMEOUT_MS = 30_000;
const QUEUE_RECORDS = 200_000;

/**
 * Consumes, processes and produces in transactions, in one process, until `signal` is aborted: the least that a program on
 * node-rdkafka can do for exactly-once. While a batch is processed the next one is fetched. It recovers from nothing: any
 * error ends it.
 */
export async function runTransactions(options: LoopOptions, step: Step, signal: AbortSignal): Promise<void> {
  const consumer = await connectedConsumer(options);
  const producer = await connectedProducer(options);
  await settled(done => producer.initTransactions(TIMEOUT_MS, done));
  await settled(done => producer.beginTransaction(done));
  const positions = new Map<number, number>();
  let began = performance.now();
  let next = availableMessages(consumer, BATCH, POLL_MS);
  while (!signal.aborted) {
    const messages = await next;
    next = availableMessages(consumer, BATCH, POLL_MS);
    for (const message of messages) step.process(message, producer);
    for (const { partition, offset } of messages) positions.set(partition, offset + 1);
    if (positions.size === 0 || performance.now() - began < options.commitIntervalMs) continue;
    step.beforeCommit(producer);
    const offsets: TopicPartitionOffset[] = [];
    for (const [partition, offset] of positions) offsets.push({ topic: options.input, partition, offset });
    positions.clear();
    await settled(done => producer.sendOffsetsToTransaction(offsets, consumer, TIMEOUT_MS, done));
    await settled(done => producer.commitTransaction(TIMEOUT_MS, done));
    await settled(done => producer.beginTransaction(done));
    began = performance.now();
  }
  await next;
  await new Promise<void>(resolve => consumer.disconnect(() => resolve()));
  await new Promise<void>(resolve => producer.disconnect(() => resolve()));
}

async function connectedConsumer({ address, applicationId, input }: LoopOptions): Promise<KafkaConsumer> {
  const consumer = new kafka.KafkaConsumer(
    {
      'metadata.broker.list': address,
      'client.id': applicationId,
      'group.id': applicationId,
      'enable.auto.commit': false,
      'isolation.level': 'read_committed',
    },
    { 'auto.offset.reset': 'earliest' },
  );
  await settled(done => consumer.connect({ timeout: TIMEOUT_MS }, error => done(error)));
  consumer.subscribe([input]);
  return consumer;
}

async function connectedProducer({ address, applicationId }: LoopOptions): Promise<Producer> {
  const producer = new kafka.Producer(
    {
      'metadata.broker.list': address,
      'client.id': applicationId,
      'transactional.id': `${applicationId}-0`,
      'compression.type': 'lz4',
      'linger.ms': 5,
      'queue.buffering.max.messages': QUEUE_RECORDS,
    },
    { partitioner: 'murmur2_random' },
  );
  await settled(done => producer.connect({ timeout: TIMEOUT_MS }, error => done(error)));
  return producer;
}

function settled(call: (done: (error: { readonly message: string } | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => call(error => (error ? reject(new Error(error.message)) : resolve())));
}
