import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import {
  ConfigError,
  KafkaStreams,
  type KafkaStreamsDependencies,
  resumeOnError,
  StreamsBuilder,
  type StreamsOptions,
  type StreamsState,
  type Topology,
} from '../../streams/index.js';
import { type ClientErrorKind, KafkaClientError, type Ports } from '../../streams/kafka/ports.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { InMemoryCluster } from '../../streams/testing/in-memory-cluster.js';
import { MemoryStateDirectory } from '../../streams/testing/memory-state-directory.js';

describe('KafkaStreams', () => {
  let cluster: InMemoryCluster;
  let states: StreamsState[];
  let warnings: string[];
  let directory: MemoryStateDirectory;
  let released: number;
  let started: KafkaStreams[];

  beforeEach(() => {
    cluster = new InMemoryCluster({ now: () => Date.now() });
    cluster.createTopic('in', 2);
    cluster.createTopic('out', 2);
    cluster.createTopic('rejected', 1);
    states = [];
    warnings = [];
    directory = new MemoryStateDirectory();
    directory.release = async () => {
      released++;
    };
    released = 0;
    started = [];
  });

  afterEach(async () => {
    for (const streams of started) await streams.close().catch(() => {});
  });

  function counting(): Topology {
    const builder = new StreamsBuilder();
    builder
      .stream<string, number>('in')
      .mapValues(refuseNegative)
      .groupByKey()
      .count({ as: 'counts' })
      .toStream()
      .mapValues(String)
      .to('out');
    return builder.build();
  }

  function application(
    options: Partial<StreamsOptions> = {},
    dependencies: Partial<KafkaStreamsDependencies> = {},
  ): KafkaStreams {
    const warn = (message: string): void => void warnings.push(message);
    const streams = new KafkaStreams(
      counting(),
      { applicationId: 'app', commitInterval: 5, ...options },
      {
        ports: cluster.ports,
        logger: { debug() {}, info() {}, warn, error: warn },
        takeDirectory: async () => directory,
        onStateChange: state => states.push(state),
        ...dependencies,
      },
    );
    started.push(streams);
    return streams;
  }

  function send(value: number): void {
    const bytes = Buffer.from(String(value));
    cluster
      .log('in', 0)
      .append({ key: Buffer.from('key'), value: bytes, timestamp: 0, headers: NO_HEADERS }, undefined);
  }

  const output = (topic = 'out'): string[] =>
    cluster.logs(topic).flatMap(log => log.committed.map(({ value }) => value?.toString() ?? ''));

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await immediate();
  }

  it('goes from CREATED over REBALANCING to RUNNING, and, closed, over PENDING_SHUTDOWN to NOT_RUNNING', async () => {
    const streams = application();
    assert.equal(streams.state, 'CREATED');
    streams.start();
    assert.equal(streams.state, 'REBALANCING');
    await until(() => streams.state === 'RUNNING');
    assert.deepEqual(
      streams.tasks.map(({ id }) => id),
      ['0_0', '0_1'],
    );
    await streams.close();
    assert.deepEqual(states, ['REBALANCING', 'RUNNING', 'PENDING_SHUTDOWN', 'NOT_RUNNING']);
    assert.deepEqual(streams.tasks, []);
    assert.equal(released, 1);
  });

  it('processes and commits while it runs', async () => {
    const streams = application();
    streams.start();
    send(1);
    await until(() => output().length > 0);
    send(2);
    await until(() => output().at(-1) === JSON.stringify('2'));
    assert.equal(
      streams.tasks.reduce((sum, { counts }) => sum + (counts.in.in ?? 0), 0),
      2,
    );
  });

  it('commits what is processed when it is closed', async () => {
    const streams = application({ commitInterval: '1d' });
    streams.start();
    send(1);
    await until(() => streams.tasks.some(({ counts }) => counts.in.in === 1));
    assert.deepEqual(output(), []);
    await streams.close();
    assert.deepEqual(output(), [JSON.stringify('1')]);
  });

  it('goes on with its state when it is started again in the same directory', async () => {
    for (const expected of ['1', '2']) {
      const streams = application();
      streams.start();
      send(1);
      await until(() => output().at(-1) === JSON.stringify(expected));
      await streams.close();
    }
  });

  it('is started once', async () => {
    const streams = application();
    streams.start();
    assert.throws(() => streams.start(), /REBALANCING/);
    await streams.close();
    assert.throws(() => streams.start(), /NOT_RUNNING/);
  });

  it('can be closed before it is started, and twice', async () => {
    const streams = application();
    await streams.close();
    await streams.close();
    assert.deepEqual(states, ['PENDING_SHUTDOWN', 'NOT_RUNNING']);
  });

  it('can be closed while it starts', async () => {
    const streams = application();
    streams.start();
    await streams.close();
    assert.equal(streams.state, 'NOT_RUNNING');
    assert.equal(released, 1);
  });

  it('waits for a source topic that is not there, says which, and can be closed meanwhile', async () => {
    cluster = new InMemoryCluster({ now: () => Date.now() });
    const streams = application();
    streams.start();
    await until(() => warnings.length > 0);
    assert.match(warnings.join(), /topic in does not exist/);
    await streams.close();
    assert.deepEqual(states, ['REBALANCING', 'PENDING_SHUTDOWN', 'NOT_RUNNING']);
  });

  it('starts when the source topic comes', async () => {
    cluster = new InMemoryCluster({ now: () => Date.now() });
    const streams = application();
    streams.start();
    await until(() => warnings.length > 0);
    cluster.createTopic('in', 1);
    await until(() => streams.state === 'RUNNING');
  });

  it('stops in ERROR on a record that can not be processed, as the handler says by default', async () => {
    const streams = application();
    streams.start();
    send(-1);
    await assert.rejects(streams.stopped, {
      name: 'StreamsError',
      message: /processing failed at .* in-0@0: negative/,
    });
    assert.deepEqual(states.slice(-1), ['ERROR']);
    assert.equal(released, 1);
    await assert.rejects(streams.close(), { name: 'StreamsError' });
    assert.equal(streams.state, 'ERROR');
    assert.deepEqual(output(), []);
  });

  it('goes on after a record that can not be processed where the handler says so', async () => {
    const streams = application({ processingExceptionHandler: resumeOnError, deadLetterTopic: 'rejected' });
    streams.start();
    send(-1);
    send(1);
    await until(() => output().length > 0);
    assert.deepEqual([output(), output('rejected')], [[JSON.stringify('1')], ['-1']]);
    assert.equal(streams.state, 'RUNNING');
  });

  for (const kind of ['retriable', 'abort', 'fatal'] as const satisfies readonly ClientErrorKind[]) {
    it(`counts every record once though a commit fails: ${kind}`, async () => {
      const streams = application();
      streams.start();
      await until(() => streams.state === 'RUNNING');
      cluster.failNextCommit(new KafkaClientError('told to fail', kind, -1));
      send(1);
      await until(() => output().length > 0);
      send(2);
      await until(() => output().length > 1);
      assert.deepEqual(
        output(),
        ['1', '2'].map(count => JSON.stringify(count)),
      );
      assert.deepEqual(
        states,
        kind === 'fatal' ? ['REBALANCING', 'RUNNING', 'REBALANCING', 'RUNNING'] : ['REBALANCING', 'RUNNING'],
      );
    });
  }

  it('is stopped by an error that is not the client’s, and releases its directory', async () => {
    const broken: Ports = {
      ...cluster.ports,
      admin: () => ({ ...cluster.ports.admin(), createTopic: () => Promise.reject(new TypeError('a mistake')) }),
    };
    const streams = application({}, { ports: broken });
    streams.start();
    await assert.rejects(streams.stopped, /a mistake/);
    assert.deepEqual([streams.state, released], ['ERROR', 1]);
  });

  it('drains: everything that is there is processed and committed when it resolves', async () => {
    for (let n = 0; n < 100; n++) send(n);
    const streams = application({ commitInterval: '1d' });
    streams.start();
    await streams.drain();
    assert.deepEqual(output(), [JSON.stringify('100')]);
    await streams.close();
  });

  it('does not wait for ever to be drained when it fails', async () => {
    send(-1);
    const streams = application();
    streams.start();
    await assert.rejects(streams.drain(), { name: 'StreamsError' });
  });

  it('is not made with a wrong option', () => {
    assert.throws(() => application({ commitInterval: 'soon' as '1s' }), ConfigError);
  });
});

function refuseNegative(value: number): number {
  if (value < 0) throw new RangeError('negative');
  return value;
}
