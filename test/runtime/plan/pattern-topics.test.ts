import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  type KafkaStreams,
  Serdes,
  StreamsBuilder,
  type StreamsOptions,
  type Topology,
  TopologyError,
} from '../../../streams/index.js';
import { KafkaClientError } from '../../../streams/kafka/ports.js';
import { NO_HEADERS } from '../../../streams/kafka/record.js';
import { MemoryStateDirectory } from '../../../streams/testing/memory-state-directory.js';
import { applicationForEachTest } from '../application-for-each-test.js';
import type { TestApplication } from '../test-application.js';

/** Counts by key what is in the topics `from-...`. */
function counting(): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream<string, number>(/from-[a-z]+/)
    .groupByKey()
    .count({ as: 'counts' })
    .toStream()
    .to('out', { valueSerde: Serdes.json<number | null>() });
  return builder.build();
}

describe('an application that reads topics by a pattern', () => {
  let app: TestApplication;

  applicationForEachTest(created => {
    app = created;
  });

  const start = (options: Partial<StreamsOptions> = {}): KafkaStreams =>
    app.start({ metadataMaxAge: 1, ...options }, counting());

  function send(topic: string, partition = 0, key = 'key'): void {
    const record = { key: Buffer.from(key), value: Buffer.from('1'), timestamp: 0, headers: NO_HEADERS };
    app.cluster.log(topic, partition).append(record, undefined);
  }

  const outputs = async (...expected: readonly string[]): Promise<void> => {
    await app.until(() => app.output().length >= expected.length);
    assert.deepEqual(app.output().sort(), [...expected].sort());
  };

  it('waits for the first topic that matches, says so, and begins', async () => {
    const streams = start();
    await app.until(() => app.warnings.length > 0);
    assert.match(app.warnings[0] ?? '', /^no topic matches \/from-\[a-z\]\+\/: trying again in 250 ms$/);
    assert.equal(streams.state, 'REBALANCING');
    app.cluster.createTopic('from-a', 2);
    send('from-a');
    await outputs('1');
  });

  it('reads topics that appear while it runs, as the same member, and goes on with its state', async () => {
    app.cluster.createTopic('from-a', 2);
    const streams = start();
    send('from-a');
    await outputs('1');
    const members = app.cluster.memberIds;
    for (const [topic, counts] of [
      ['from-b', ['1', '2']],
      ['from-c', ['1', '2', '3']],
    ] as const) {
      app.cluster.createTopic(topic, 2);
      send(topic);
      await outputs(...counts);
    }
    send('from-a');
    await outputs('1', '2', '3', '4');
    assert.deepEqual(app.cluster.memberIds, members);
    assert.deepEqual(app.warnings, []);
    await streams.close();
    start();
    send('from-c');
    await outputs('1', '2', '3', '4', '5');
    assert.deepEqual(app.cluster.memberIds, members);
  });

  it('reads topics that appear, with two instances', async () => {
    app.cluster.createTopic('from-a', 2);
    const other = new MemoryStateDirectory('other');
    const both = [start(), app.create({ metadataMaxAge: 1 }, { takeDirectory: async () => other }, counting())];
    both[1]?.start();
    const share = (): boolean => both.every(({ tasks, state }) => state === 'RUNNING' && tasks.length === 1);
    await app.until(share);
    for (const partition of [0, 1]) send('from-a', partition, `key-${partition}`);
    await outputs('1', '1');
    app.cluster.createTopic('from-b', 2);
    for (const partition of [0, 1]) send('from-b', partition, `key-${partition}`);
    await outputs('1', '1', '2', '2');
    await app.until(share);
  });

  it('reads topics that appeared while it was off', async () => {
    app.cluster.createTopic('from-a', 2);
    const streams = start();
    send('from-a');
    await outputs('1');
    await streams.close();
    app.cluster.createTopic('from-b', 2);
    send('from-b');
    start();
    // Another subscription: the place of the member before passes when its session has timed out.
    app.cluster.expire(app.directory.instanceId);
    await outputs('1', '2');
  });

  it('goes on without a topic that was deleted, and reads it again when it is back', async () => {
    for (const topic of ['from-a', 'from-b']) app.cluster.createTopic(topic, 2);
    start();
    send('from-a');
    await outputs('1');
    send('from-b');
    await outputs('1', '2');
    app.cluster.deleteTopic('from-b');
    await app.until(() => app.warnings.length > 0);
    assert.deepEqual(app.warnings, ['topic from-b, which matches a pattern, was deleted']);
    send('from-a');
    await outputs('1', '2', '3');
    app.cluster.createTopic('from-b', 2);
    send('from-b');
    await outputs('1', '2', '3', '4');
  });

  it('reads a topic that is back before the process knows that the group has taken the subscription without it', async () => {
    for (const topic of ['from-a', 'from-b']) app.cluster.createTopic(topic, 2);
    const { ports } = app.cluster;
    let subscriptions = 0;
    const streams = app.create(
      { metadataMaxAge: 1 },
      {
        ports: {
          ...ports,
          consumer: options => {
            const consumer = ports.consumer(options);
            const { subscribe, unassign } = consumer;
            consumer.subscribe = (topics, listener) => {
              subscriptions++;
              subscribe.call(consumer, topics, listener);
            };
            // The answer to the revocation: with it the group assigns the topics of the new subscription.
            consumer.unassign = () => {
              unassign.call(consumer);
              if (subscriptions !== 2 || app.cluster.hasTopic('from-b')) return;
              app.cluster.createTopic('from-b', 2);
              throw new KafkaClientError('topic from-b was deleted and created again', 'fatal', 100);
            };
            return consumer;
          },
        },
      },
      counting(),
    );
    streams.start();
    send('from-b');
    await outputs('1');
    const [member = ''] = app.cluster.memberIds;
    app.cluster.deleteTopic('from-b');
    await app.until(() => app.cluster.memberIds.length > 1 || subscriptions > 2);
    send('from-b');
    if (app.cluster.memberIds.length > 1) app.cluster.expire(member);
    await outputs('1', '2');
  });

  it('stops where a topic appears that is not co-partitioned, and names the topics', async () => {
    app.cluster.createTopic('from-a', 2);
    const streams = start();
    send('from-a');
    await outputs('1');
    app.cluster.createTopic('from-b', 3);
    await assert.rejects(streams.stopped, (error: unknown) => {
      assert.ok(error instanceof TopologyError);
      assert.match(error.message, /co-partitioned have different numbers of partitions: from-a has 2, from-b has 3/);
      return true;
    });
    assert.equal(streams.state, 'ERROR');
  });

  it('goes on where the cluster does not answer the question', async () => {
    app.cluster.createTopic('from-a', 2);
    let fails = false;
    const { ports } = app.cluster;
    const streams = app.create(
      { metadataMaxAge: 1 },
      {
        ports: {
          ...ports,
          admin: () => ({
            ...ports.admin(),
            partitionCounts: async topics => {
              if (fails) throw new Error('no answer');
              return await ports.admin().partitionCounts(topics);
            },
          }),
        },
      },
      counting(),
    );
    streams.start();
    send('from-a');
    await outputs('1');
    fails = true;
    await app.until(() => app.warnings.length > 0);
    assert.match(app.warnings[0] ?? '', /the cluster did not say which topics match a pattern: no answer/);
    fails = false;
    app.cluster.createTopic('from-b', 2);
    send('from-b');
    await outputs('1', '2');
  });
});
