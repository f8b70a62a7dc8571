import { randomUUID } from 'node:crypto';
import { identityKey, isIdentityKey } from '../../audit/checkpoint.js';
import { type Consumer, KafkaClientError, type Ports } from '../../kafka/ports.js';
import { type ConsumerRecord, NO_HEADERS } from '../../kafka/record.js';

const PARTITION = 0;
const POLL_TIMEOUT_MS = 100;
const MAX_POLL_RECORDS = 5000;

/**
 * Distinguishes an application from its namesakes on other clusters, and from one whose topics were deleted: a record
 * of its audit topic.
 */
export interface ApplicationIdentity {
  readonly id: string;
  /** The offset of that record. */
  readonly offset: number;
}

/**
 * The identity in the audit topic. A new application gets one. If `known` is given, only that record is read. If it is
 * not there, the topic is read, and the first identity counts: of several instances that start at the same time, each
 * may write one.
 */
export async function applicationIdentity(
  ports: Ports,
  clientId: string,
  auditTopic: string,
  known: ApplicationIdentity | undefined,
): Promise<ApplicationIdentity> {
  const consumer = ports.consumer({ clientId, pollTimeoutMs: POLL_TIMEOUT_MS });
  try {
    await consumer.connect();
    if (known !== undefined && (await isThere(consumer, auditTopic, known))) return known;
    const found = await first(consumer, auditTopic);
    if (found !== undefined) return found;
    await write(ports, clientId, auditTopic);
    const written = await first(consumer, auditTopic);
    if (written === undefined) {
      throw new KafkaClientError(`${auditTopic}: the identity that was written is not there`, 'retriable', 0);
    }
    return written;
  } finally {
    consumer.unassign();
    await consumer.close();
  }
}

async function isThere(consumer: Consumer, topic: string, { id, offset }: ApplicationIdentity): Promise<boolean> {
  const { low, high } = await consumer.partitionOffsets({ topic, partition: PARTITION });
  if (offset < low || offset >= high) return false;
  for await (const record of records(consumer, topic, offset)) {
    return record.offset === offset && record.key?.toString() === identityKey(id);
  }
  return false;
}

async function first(consumer: Consumer, topic: string): Promise<ApplicationIdentity | undefined> {
  const { low, high } = await consumer.partitionOffsets({ topic, partition: PARTITION });
  // A broker answers a fetch of an empty partition only after the longest wait.
  if (low >= high) return undefined;
  for await (const { key, value, offset } of records(consumer, topic, 0)) {
    const text = key?.toString() ?? '';
    // Nobody withdraws an identity, and compaction would remove a tombstone.
    if (value !== null && isIdentityKey(text)) return { id: text.slice(identityKey('').length), offset };
  }
  return undefined;
}

/** From `offset` to the end. */
async function* records(consumer: Consumer, topic: string, offset: number): AsyncGenerator<ConsumerRecord> {
  consumer.assign([{ topic, partition: PARTITION, offset }]);
  for (;;) {
    const batch = await consumer.poll(MAX_POLL_RECORDS);
    yield* batch.records;
    if (batch.ends.length > 0) return;
  }
}

async function write(ports: Ports, clientId: string, auditTopic: string): Promise<void> {
  const id = randomUUID();
  // The first identity counts, so a second copy does no harm.
  const producer = ports.producer({ clientId, idempotent: false });
  await producer.connect();
  try {
    const value = Buffer.from(JSON.stringify({ application: id }));
    producer.send(auditTopic, PARTITION, Buffer.from(identityKey(id)), value, ports.clock.now(), NO_HEADERS);
    await producer.flush();
  } finally {
    await producer.close();
  }
}
