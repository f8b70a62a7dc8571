import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { KafkaStreams } from '../../streams/index.js';
import { KafkaClientError, type Producer, type ProducerOptions } from '../../streams/kafka/ports.js';
import { MemoryStateDirectory } from '../../streams/testing/memory-state-directory.js';
import { applicationForEachTest } from '../runtime/application-for-each-test.js';
import type { TestApplication } from '../runtime/test-application.js';

interface Instance {
  readonly streams: KafkaStreams;
  /** How often a store was restored, however little there was to read. */
  restores: number;
  /** The next requests for offsets, while it rebalances, that the cluster does not answer. */
  unanswered: number;
}

describe('tasks that are parked in a rebalance', () => {
  let app: TestApplication;
  let a: Instance;
  let b: Instance;

  applicationForEachTest(async created => {
    app = created;
    a = start('a');
    b = start('b');
    // The first partition is at a, the second one at b.
    await app.until(() => tasksOf(a) === '0_0' && tasksOf(b) === '0_1');
  });

  function start(id: string): Instance {
    const instance: Instance = {
      restores: 0,
      unanswered: 0,
      streams: app.create(
        {},
        {
          ports: { ...app.cluster.ports, producer: options => sometimesUnanswered(instance, options) },
          takeDirectory: async () => new MemoryStateDirectory(id),
          onRestore: () => void instance.restores++,
        },
      ),
    };
    instance.streams.start();
    return instance;
  }

  function sometimesUnanswered(instance: Instance, options: ProducerOptions): Producer {
    const producer = app.cluster.ports.producer(options);
    const partitionOffsets = producer.partitionOffsets.bind(producer);
    producer.partitionOffsets = async partition => {
      if (instance.streams.state !== 'REBALANCING' || instance.unanswered === 0)
        return await partitionOffsets(partition);
      instance.unanswered--;
      throw new KafkaClientError('offsets: Local: Timed out', 'abort', -185);
    };
    return producer;
  }

  const outputIs = (...values: readonly string[]): Promise<void> =>
    app.until(() => app.output().join() === values.join());

  it('go on with their stores open when they come back', async () => {
    app.send(1);
    await outputIs('1');
    const { restores } = a;
    app.cluster.rebalance();
    await app.until(() => a.streams.state === 'REBALANCING');
    await app.until(() => tasksOf(a) === '0_0' && tasksOf(b) === '0_1');
    app.send(1);
    await outputIs('1', '2');
    assert.equal(a.restores, restores);
  });

  it('are restored when the cluster does not say whether another instance had them', async () => {
    app.send(1);
    await outputIs('1');
    const { restores } = a;
    a.unanswered = 1;
    app.cluster.rebalance();
    await app.until(() => a.restores > restores);
    await app.until(() => tasksOf(a) === '0_0' && tasksOf(b) === '0_1');
    app.send(1);
    await outputIs('1', '2');
    assert.equal(a.unanswered, 0);
    assert.deepEqual(app.warnings, []);
  });

  it('are restored when another instance had them meanwhile: what they have is old', async () => {
    app.send(1);
    await outputIs('1');
    const { restores } = a;
    app.cluster.expire('a');
    await app.until(() => tasksOf(b) === '0_0 0_1');
    app.send(1);
    await outputIs('1', '2');
    app.cluster.rejoin('a');
    await app.until(() => a.streams.state === 'REBALANCING');
    await app.until(() => tasksOf(a) === '0_0' && tasksOf(b) === '0_1');
    app.send(1);
    await outputIs('1', '2', '3');
    assert.ok(a.restores > restores);
  });
});

function tasksOf({ streams }: Instance): string {
  return streams.state === 'RUNNING' ? streams.tasks.map(({ id }) => id).join(' ') : '';
}
