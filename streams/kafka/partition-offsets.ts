import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaConsumer, Producer } from 'node-rdkafka';
import { KafkaClientError, type PartitionOffsets } from './ports.js';
import { promised } from './rdkafka-error.js';
import type { TopicPartition } from './record.js';

const LEADER_NOT_AVAILABLE = 5;
const NOT_LEADER = 6;
const WITHOUT_LEADER: ReadonlySet<number> = new Set([LEADER_NOT_AVAILABLE, NOT_LEADER]);
/** A broker needs some 10 ms to lead a partition that was just created or moved to it. */
const RETRY_MS = 10;

/** Asks the leader. Waits for a leader, and its answer, up to `timeoutMs`. */
export async function partitionOffsets(
  client: Pick<KafkaConsumer | Producer, 'queryWatermarkOffsets'>,
  { topic, partition }: TopicPartition,
  timeoutMs: number,
): Promise<PartitionOffsets> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    try {
      const { lowOffset, highOffset } = await promised<{ lowOffset: number; highOffset: number }>(
        `offsets of ${topic}-${partition}`,
        done => client.queryWatermarkOffsets(topic, partition, timeoutMs, done),
      );
      return { low: lowOffset, high: highOffset };
    } catch (error) {
      const isPassing = error instanceof KafkaClientError && WITHOUT_LEADER.has(error.code);
      if (!isPassing || performance.now() + RETRY_MS >= until) throw error;
      await delay(RETRY_MS);
    }
  }
}
