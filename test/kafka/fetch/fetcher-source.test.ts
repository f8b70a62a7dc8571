import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import kafka from 'node-rdkafka';
import { FetcherSource } from '../../../streams/kafka/fetcher-source.js';
import { IncrementalAssignment } from '../../../streams/kafka/incremental-assignment.js';
import type { TopicPartitionOffset } from '../../../streams/kafka/record.js';
import { encodeBatch, plainRecords } from './batches.js';
import { FakeCluster } from './fake-cluster.js';

const TOPIC = 'topic';

/** A member of a group that has no news. */
class QuietClient extends kafka.KafkaConsumer {
  constructor() {
    super({ 'group.id': 'quiet', 'metadata.broker.list': '127.0.0.1:1' }, {});
  }

  override pause(): this {
    return this;
  }

  override consume(...given: unknown[]): void {
    const done = given.at(-1);
    if (typeof done === 'function') setImmediate(() => void Reflect.apply(done, undefined, [null, []]));
  }
}

describe('the records of the fetcher', () => {
  it('go on in a partition that was paused, when an assignment has more partitions than the one before', async () => {
    const cluster = await FakeCluster.start();
    cluster.addTopic(TOPIC, 2);
    for (const partition of [0, 1]) {
      cluster
        .partition(TOPIC, partition)
        .batches.push(encodeBatch({ baseOffset: 0, records: plainRecords('a', 'b', 'c') }));
    }
    const host = {
      offsets: async () => ({ low: 0, high: 0 }),
      onTopicId: () => true,
      warn: assert.fail,
      error: assert.fail,
    };
    const settings = {
      bootstrap: cluster.addresses,
      connection: { clientId: 'test', tls: undefined, connectTimeoutMs: 1000, requestTimeoutMs: 5000 },
      sasl: undefined,
      maxWaitMs: 10,
      minBytes: 1,
      backoffMs: 5,
      maxBackoffMs: 20,
    };
    const source = new FetcherSource(new QuietClient(), settings, host, 20);
    await source.connect();
    try {
      const assignment = new IncrementalAssignment(
        {
          incrementalAssign: partitions => source.added(partitions),
          incrementalUnassign: partitions => source.removed(partitions),
        },
        { onPartitionsAssigned: () => {}, onPartitionsRevoked: () => {} },
        () => performance.now(),
      );
      const from = (partition: number, offset: number): TopicPartitionOffset => ({ topic: TOPIC, partition, offset });
      const assign = (partitions: readonly TopicPartitionOffset[]): void => {
        source.reset();
        assignment.assign(partitions);
      };
      const got: string[] = [];
      const poll = async (count: number): Promise<void> => {
        while (got.length < count) {
          const { records } = await assignment.poll(() => source.poll(2));
          got.push(...records.map(({ partition, offset }) => `${partition}@${offset}`));
        }
      };
      assignment.onRebalance('assign', [from(0, 0), from(1, 0)]);
      assign([from(0, 0)]);
      await poll(2);
      source.pause([from(0, 0)]);
      assign([from(0, 2), from(1, 0)]);
      await poll(6);
      assert.deepEqual(got.sort(), ['0@0', '0@1', '0@2', '1@0', '1@1', '1@2']);
    } finally {
      await source.close();
      await cluster.stop();
    }
  });
});
