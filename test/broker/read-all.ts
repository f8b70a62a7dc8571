import { setTimeout as delay } from 'node:timers/promises';
import kafka, {
  type KafkaConsumer,
  type LibrdKafkaError,
  type Message,
  type Metadata,
  type WatermarkOffsets,
} from 'node-rdkafka';
import type { ConsumerRecord, Headers } from '../../streams/kafka/record.js';

export interface ReadOptions {
  /** `read_committed` if not given. */
  readonly isolation?: 'read_committed' | 'read_uncommitted';
}

const TIMEOUT_MS = 30_000;
const BATCH = 10_000;
const POLL_TIMEOUT_MS = 50;
const RETRY_MS = 100;
/** A broker that comes back does not lead its partitions at once. */
const NO_LEADER: ReadonlySet<number> = new Set([
  kafka.CODES.ERRORS.ERR_LEADER_NOT_AVAILABLE,
  kafka.CODES.ERRORS.ERR_NOT_LEADER_FOR_PARTITION,
]);

/**
 * All records of the topic, from its beginning to the end offsets of this moment, by partition and offset. Read committed,
 * it stops before the first record of a transaction that is still open.
 */
export async function readAll(address: string, topic: string, options: ReadOptions = {}): Promise<ConsumerRecord[]> {
  const records: ConsumerRecord[] = [];
  await readEach(address, topic, options, record => records.push(record));
  return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** The same, one record after the other, of a topic too large for memory; ordered within each partition only. */
export async function readEach(
  address: string,
  topic: string,
  options: ReadOptions,
  visit: (record: ConsumerRecord) => void,
): Promise<void> {
  const consumer = new kafka.KafkaConsumer(
    {
      'metadata.broker.list': address,
      'client.id': 'read-all',
      'group.id': 'read-all',
      'enable.auto.commit': false,
      'enable.partition.eof': true,
      'isolation.level': options.isolation ?? 'read_committed',
    },
    { 'auto.offset.reset': 'earliest' },
  );
  try {
    const ends = await endOffsets(consumer, topic);
    const open = new Set(ends.keys());
    // It is reported before the records of the same batch are handed over.
    consumer.on('partition.eof', ({ partition }) => open.delete(partition));
    consumer.setDefaultConsumeTimeout(POLL_TIMEOUT_MS);
    consumer.assign([...open].map(partition => ({ topic, partition, offset: 0 })));
    while (open.size > 0) {
      for (const message of await consume(consumer)) {
        const end = ends.get(message.partition) ?? 0;
        if (message.offset < end) visit(toRecord(message));
        if (message.offset >= end - 1) open.delete(message.partition);
      }
    }
  } finally {
    await new Promise<void>(resolve => {
      if (consumer.isConnected()) consumer.disconnect(() => resolve());
      else resolve();
    });
  }
}

/** The end offsets of those partitions that hold anything. */
async function endOffsets(consumer: KafkaConsumer, topic: string): Promise<Map<number, number>> {
  const metadata = await new Promise<Metadata>((resolve, reject) => {
    consumer.connect({ topic, timeout: TIMEOUT_MS }, (error, answer) => {
      if (error) reject(new Error(error.message));
      else resolve(answer);
    });
  });
  const partitions = metadata.topics.find(({ name }) => name === topic)?.partitions ?? [];
  if (partitions.length === 0) throw new Error(`there is no topic ${topic}`);
  const ends = new Map<number, number>();
  for (const { id } of partitions) {
    const { lowOffset, highOffset } = await watermarks(consumer, topic, id);
    if (highOffset > lowOffset) ends.set(id, highOffset);
  }
  return ends;
}

async function watermarks(consumer: KafkaConsumer, topic: string, partition: number): Promise<WatermarkOffsets> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    const answer = await new Promise<WatermarkOffsets | LibrdKafkaError>(resolve => {
      consumer.queryWatermarkOffsets(topic, partition, TIMEOUT_MS, (error, offsets) => resolve(error ?? offsets));
    });
    if ('highOffset' in answer) return answer;
    if (!NO_LEADER.has(answer.code) || Date.now() > deadline) throw new Error(answer.message);
    await delay(RETRY_MS);
  }
}

function consume(consumer: KafkaConsumer): Promise<readonly Message[]> {
  return new Promise((resolve, reject) => {
    consumer.consume(BATCH, (error, messages) => {
      if (!error) resolve(messages);
      else if (NO_LEADER.has(error.code)) resolve([]);
      else reject(new Error(error.message));
    });
  });
}

function toRecord(message: Message): ConsumerRecord {
  return {
    topic: message.topic,
    partition: message.partition,
    offset: message.offset,
    timestamp: message.timestamp ?? -1,
    key: bytes(message.key),
    value: message.value,
    headers: toHeaders(message),
  };
}

function toHeaders(message: Message): Headers {
  return (message.headers ?? []).flatMap(header =>
    Object.entries(header).map(([key, value]) => ({ key, value: bytes(value) })),
  );
}

function bytes(value: Buffer | string | null | undefined): Buffer | null {
  if (value === null || value === undefined) return null;
  return Buffer.isBuffer(value) ? value : Buffer.from(value);
}
