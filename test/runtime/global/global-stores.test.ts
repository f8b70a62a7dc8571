import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type ErrorResponse, type KafkaStreams, resumeOnError } from '../../../streams/index.js';
import { KafkaClientError, type Ports } from '../../../streams/kafka/ports.js';
import { InMemoryCluster } from '../../../streams/testing/in-memory-cluster.js';
import type { LogTransaction } from '../../../streams/testing/in-memory-log.js';
import { MemoryStateDirectory } from '../../../streams/testing/memory-state-directory.js';
import { RestoreGate } from '../restore/restore-gate.js';
import { GLOBAL_STORE, GLOBAL_TOPIC, GlobalApplication } from './global-application.js';

const DAY_MS = 86_400_000;

describe('the global stores of a process', () => {
  let app: GlobalApplication;

  beforeEach(() => {
    app = new GlobalApplication();
    app.createTopics();
  });

  afterEach(() => app.close());

  /** An application that gets nothing of one partition of the global topic before the gate is opened. */
  function startGated(): { readonly streams: KafkaStreams; readonly gate: RestoreGate } {
    const gate = new RestoreGate(
      app.cluster.ports,
      ({ topic, partition }) => topic === GLOBAL_TOPIC && partition === 1,
    );
    const streams = app.create({}, { ports: gate.ports }, app.topology());
    streams.start();
    return { streams, gate };
  }

  it('have everything that the topic has, of all its partitions, before the first task runs', async () => {
    for (let n = 0; n < 10; n++) app.name(`other-${n}`, 'x');
    app.name('key', 'last', 1);
    app.send(1);
    const { streams, gate } = startGated();
    const statusOf = () => streams.status.globalStores[0];
    await app.until(() => statusOf()?.records === 10);
    for (let turn = 0; turn < 20; turn++) await immediate();
    assert.deepEqual([streams.state, streams.tasks], ['REBALANCING', []]);
    assert.deepEqual(statusOf(), {
      store: GLOBAL_STORE,
      topic: GLOBAL_TOPIC,
      state: 'RESTORING',
      remaining: 1,
      records: 10,
      dropped: 0,
      failed: 0,
    });
    assert.throws(() => streams.queries.store('other'), { code: 'UNKNOWN_STORE' });
    await assert.rejects(streams.queries.get(GLOBAL_STORE, 0, 'other-1'), { code: 'NOT_HERE' });
    gate.open();
    await app.untilProcessed(1);
    assert.deepEqual(app.output(), ['1:last']);
    assert.equal(statusOf()?.state, 'RUNNING');
  });

  it('can be closed while they are restored, and go on from there', async () => {
    for (let n = 0; n < 10; n++) app.name(`other-${n}`, 'x');
    app.name('key', 'last', 1);
    const { streams } = startGated();
    await app.until(() => streams.status.globalStores[0]?.records === 10);
    await streams.close();
    assert.equal(streams.state, 'NOT_RUNNING');
    app.read.length = 0;
    await app.running();
    assert.deepEqual(app.read, ['last']);
  });

  it('apply a record as soon as it is read, without a commit of the tasks', async () => {
    const streams = await app.running({ commitInterval: '5m' });
    app.name('a', 'x');
    await app.untilNamed(streams, 'a', 'x');
    app.name('a', null);
    await app.untilNamed(streams, 'a', null);
  });

  it('go on from what is on disk', async () => {
    app.name('key', 'old');
    app.name('gone', 'x', 1);
    let streams = await app.running();
    app.name('gone', null, 1);
    await app.untilNamed(streams, 'gone', null);
    await streams.close();
    app.read.length = 0;
    app.name('new', 'y');
    streams = await app.running();
    assert.deepEqual(app.read, ['y']);
    await app.untilNamed(streams, 'key', 'old');
    await app.untilNamed(streams, 'gone', null);
    assert.deepEqual(app.warnings, []);
  });

  it('read a partition that was added to the topic from its beginning, after a restart', async () => {
    app.name('a', 'x');
    await (await app.running()).close();
    app.read.length = 0;
    app.cluster.createPartitions(GLOBAL_TOPIC, 3);
    app.name('b', 'y', 2);
    const streams = await app.running();
    assert.deepEqual(app.read, ['y']);
    await app.untilNamed(streams, 'a', 'x');
    await app.untilNamed(streams, 'b', 'y');
  });

  it('end their restore behind markers of transactions, and where a transaction is open', async () => {
    const [aborted, open]: LogTransaction[] = [{ state: 'aborted' }, { state: 'open' }];
    app.name('a', 'x', 0, { state: 'committed' });
    app.cluster.log(GLOBAL_TOPIC, 0).appendMarker();
    app.name('a', 'aborted', 0, aborted);
    app.cluster.log(GLOBAL_TOPIC, 0).appendMarker();
    app.name('b', 'y', 1, open);
    app.name('c', 'behind', 1);
    const streams = await app.running();
    await app.untilNamed(streams, 'a', 'x');
    assert.equal(await streams.store(GLOBAL_STORE, 'keyValue').get('b'), null);
    if (open !== undefined) open.state = 'committed';
    await app.untilNamed(streams, 'b', 'y');
    await app.untilNamed(streams, 'c', 'behind');
    await streams.close();
    app.read.length = 0;
    await app.running();
    assert.deepEqual(app.read, []);
  });

  it('do not age while the topic is silent', async () => {
    app.name('a', 'x');
    const streams = await app.running();
    app.clock.aheadMs += 2 * DAY_MS;
    app.send(1);
    await app.untilProcessed(1);
    await streams.close();
    app.read.length = 0;
    app.name('b', 'y');
    await app.running();
    assert.deepEqual(app.read, ['y']);
    assert.deepEqual(app.warnings, []);
  });

  it('skip records with a null key, and those that the handler gives up, and count them', async () => {
    app.name(null, 'x');
    app.name('a', 'bad');
    app.name('a', 'y');
    const failed: string[] = [];
    const streams = await app.running({
      deadLetterTopic: 'rejected',
      deserializationExceptionHandler: (error, { phase, node, taskId, record, input }) => {
        failed.push(`${phase} ${node} ${taskId} ${record?.topic}@${record?.offset} ${input}: ${error.message}`);
        return 'resume';
      },
    });
    await app.untilNamed(streams, 'a', 'y');
    const [status] = streams.status.globalStores;
    assert.deepEqual([status?.records, status?.dropped, status?.failed], [3, 1, 1]);
    assert.deepEqual(failed, ['deserialization KSTREAM-SOURCE-0000000000 global names@1 null: unreadable']);
    assert.match(app.warnings.join(), /names-0@1: unreadable: the record is skipped/);
    assert.deepEqual(app.output('rejected'), []);
  });

  it('stop the application at a record that can not be deserialized, unless a handler says otherwise', async () => {
    const streams = await app.running();
    app.name('a', 'bad');
    await assert.rejects(streams.stopped, {
      name: 'StreamsError',
      message: /deserialization failed at \S+ for names-0@0: unreadable: check valueSerde of KSTREAM-SOURCE-0000000000/,
    });
    assert.equal(streams.state, 'ERROR');
  });

  it('read a record again for which the handler says retry', async () => {
    const answers: ErrorResponse[] = ['retry', 'resume'];
    const streams = app.start({ deserializationExceptionHandler: () => answers.shift() ?? 'fail' }, app.topology());
    app.name('a', 'bad');
    app.name('a', 'y');
    await app.until(() => answers.length === 0 && streams.state === 'RUNNING');
    await app.untilNamed(streams, 'a', 'y');
  });

  it('go on with a new client if theirs fails', async () => {
    let failures = 1;
    const { ports } = app.cluster;
    const failing: Ports = {
      ...ports,
      consumer: options => {
        const consumer = ports.consumer(options);
        if (!options.clientId.endsWith('global-consumer')) return consumer;
        const poll = consumer.poll.bind(consumer);
        consumer.poll = async max => {
          if (failures-- > 0) throw new KafkaClientError('the broker is gone', 'retriable', -195);
          return await poll(max);
        };
        return consumer;
      },
    };
    app.name('a', 'x');
    const streams = app.create({}, { ports: failing }, app.topology());
    streams.start();
    await app.until(() => streams.state === 'RUNNING');
    await app.untilNamed(streams, 'a', 'x');
    assert.match(app.warnings.join(), /worker stopped.*the broker is gone/);
  });

  it('wait for their topic, which a line names', async () => {
    app.cluster = new InMemoryCluster(app.clock);
    app.cluster.createTopic('in', 1);
    app.cluster.createTopic('out', 1);
    const streams = app.start({}, app.topology());
    await app.until(() => app.warnings.some(text => /^topic names does not exist/.test(text)));
    assert.deepEqual(streams.status.globalStores, []);
    app.createTopics();
    app.name('a', 'x');
    await app.until(() => streams.state === 'RUNNING');
    await app.untilNamed(streams, 'a', 'x');
  });

  it('are whole in each process, and each answers queries', async () => {
    app.name('a', 'x');
    app.name('b', 'y', 1);
    const one = await app.running();
    const directory = new MemoryStateDirectory('other');
    const other = app.create({}, { takeDirectory: async () => directory }, app.topology());
    other.start();
    await app.until(() => other.state === 'RUNNING' && one.state === 'RUNNING');
    for (const streams of [one, other]) {
      await app.untilNamed(streams, 'a', 'x');
      await app.untilNamed(streams, 'b', 'y');
      assert.deepEqual(streams.queries.stores, [{ name: GLOBAL_STORE, kind: 'keyValue', partitions: 1, local: [0] }]);
      assert.deepEqual(await streams.queries.ownerOf(GLOBAL_STORE, 0), { kind: 'local' });
      const page = await streams.queries.range(GLOBAL_STORE, 0, {}, { limit: 1 });
      assert.deepEqual(page.entries, [{ key: 'a', value: 'x', timestamp: 0 }]);
    }
  });

  it('belong to no task: their records are in no count, and advance no time', async () => {
    const streams = await app.running({ deserializationExceptionHandler: resumeOnError });
    app.name('a', 'x');
    app.name('b', 'bad', 1);
    app.send(1, 0, 5);
    await app.untilProcessed(1);
    await app.untilNamed(streams, 'a', 'x');
    await app.until(() => streams.tasks.some(({ counts }) => counts.in.in === 1));
    assert.deepEqual(
      streams.tasks.map(({ counts, streamTime }) => [counts.in, counts.rejected, streamTime]),
      [
        [{ in: 1 }, 0, 5],
        [{}, 0, -1],
      ],
    );
  });
});
