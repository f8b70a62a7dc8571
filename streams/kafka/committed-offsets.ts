import { clientError } from './rdkafka-error.js';
import type { TopicPartition, TopicPartitionOffset } from './record.js';

/** The client's answer for one partition: the offset of the group, if it has one, or the broker's error. */
export type CommittedAnswer = { readonly offset?: number } | Error;

/**
 * The committed offsets of `partitions`, -1 if the group has none. `answers` are in the same order. Throws a
 * KafkaClientError that names the first partition with an error of the broker.
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
