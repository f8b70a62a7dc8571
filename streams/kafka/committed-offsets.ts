import { clientError } from './rdkafka-error.js';
import type { TopicPartition, TopicPartitionOffset } from './record.js';

/** What the client answers for one partition: its offset, if the group has one, or the error that the broker has for it. */
export type CommittedAnswer = { readonly offset?: number } | Error;

/**
 * The committed offsets of `partitions`, -1 where the group has none. `answers` are in the same order. Throws a KafkaClientError that
 * names the first partition for which the broker has an error instead of an offset.
 */
export function committedOffsets(
  partitions: readonly TopicPartition[],
  answers: readonly CommittedAnswer[],
): readonly TopicPartitionOffset[] {
  return partitions.map(({ topic, partition }, index) => {
    const answer = answers[index];
    if (answer instanceof Error) throw clientError(`committed offset of ${topic}-${partition}`, answer);
    const offset = answer?.offset ?? -1;
    return { topic, partition, offset: offset < 0 ? -1 : offset };
  });
}
