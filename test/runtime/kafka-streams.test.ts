import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ConfigError, resumeOnError } from '../../streams/index.js';
import { type ClientErrorKind, KafkaClientError, type Ports } from '../../streams/kafka/ports.js';
import { InMemoryCluster } from '../../streams/testing/in-memory-cluster.js';
import { MemoryStateDirectory } from '../../streams/testing/memory-state-directory.js';
import { RestoreGate } from './restore/restore-gate.js';
import { TestApplication } from './test-application.js';

describe('KafkaStreams', () => {
  let app: TestApplication;

  beforeEach(() => {
    app = new TestApplication();
  });

  afterEach(() => app.close());

  it('goes from CREATED over REBALANCING to RUNNING, and, closed, over PENDING_SHUTDOWN to NOT_RUNNING', async () => {
    app.createTopics();
    const streams = app.create();
    assert.equal(streams.state, 'CREATED');
    streams.start();
    assert.equal(streams.state, 'REBALANCING');
    await app.until(() => streams.state === 'RUNNING');
    assert.deepEqual(
      streams.tasks.map(({ id }) => id),
      ['0_0', '0_1'],
    );
    await streams.close();
    assert.deepEqual(app.states, ['REBALANCING', 'RUNNING', 'PENDING_SHUTDOWN', 'NOT_RUNNING']);
    assert.deepEqual(streams.tasks, []);
    assert.equal(app.releases, 1);
  });

  it('processes and commits while it runs', async () => {
    app.createTopics();
    const streams = app.start();
    app.send(1);
    await app.until(() => app.output().length > 0);
    app.send(2);
    await app.until(() => app.output().length > 1);
    assert.deepEqual(app.output(), ['1', '2']);
    assert.equal(
      streams.tasks.reduce((sum, { counts }) => sum + (counts.in.in ?? 0), 0),
      2,
    );
  });

  it('commits what is processed when it is closed', async () => {
    app.createTopics();
    const streams = app.start({ commitInterval: '5m' });
    app.send(1);
    await app.until(() =>
      streams.tasks.some(({ nodes }) => Object.values(nodes).some(({ received }) => received === 1)),
    );
    assert.deepEqual(app.output(), []);
    assert.deepEqual(
      streams.tasks.map(({ counts }) => counts.in),
      [{}, {}],
      'counts are those of the last commit',
    );
    await streams.close();
    assert.deepEqual(app.output(), ['1']);
  });

  it('does not mix the state of one cluster with what is on another: it is rebuilt, and that is said', async () => {
    app.createTopics();
    let streams = app.start();
    app.send(1);
    app.send(1);
    await app.until(() => app.output().includes('2'));
    await streams.close();
    assert.deepEqual(app.warnings, []);

    app.cluster = new InMemoryCluster(app.clock);
    app.createTopics();
    streams = app.start();
    app.send(1);
    await app.until(() => app.output().length === 1);
    assert.deepEqual(app.output(), ['1']);
    assert.equal(app.warnings.length, 1);
    assert.match(app.warnings[0] ?? '', /the state in memory is of another cluster, .*: it is rebuilt/);
    await streams.close();

    streams = app.start();
    app.send(1);
    await app.until(() => app.output().length === 2);
    assert.deepEqual([app.output(), app.warnings.length], [['1', '2'], 1]);
  });

  it('runs each task as soon as its own state is restored', async () => {
    app.createTopics();
    let streams = app.start();
    app.send(1, 0);
    app.send(1, 1);
    await app.until(() => app.output().length === 2);
    await streams.close();

    app.directory = new MemoryStateDirectory();
    const gate = new RestoreGate(app.cluster.ports, ({ partition }) => partition === 0);
    streams = app.create({}, { ports: gate.ports });
    streams.start();
    app.send(1, 0);
    app.send(1, 1);
    await app.until(() => app.output().length === 3);
    assert.deepEqual(
      streams.tasks.map(({ id, state }) => [id, state]),
      [
        ['0_0', 'RESTORING'],
        ['0_1', 'RUNNING'],
      ],
    );
    assert.equal(streams.state, 'REBALANCING');
    gate.open();
    await app.until(() => app.output().length === 4);
    assert.equal(streams.state, 'RUNNING');
    assert.deepEqual(app.output(), ['1', '1', '2', '2']);
  });

  it('goes on with its state when it is started again in the same directory', async () => {
    app.createTopics();
    for (const expected of ['1', '2']) {
      const streams = app.start();
      app.send(1);
      await app.until(() => app.output().at(-1) === expected);
      await streams.close();
    }
    assert.deepEqual(app.warnings, []);
  });

  it('is started once', async () => {
    app.createTopics();
    const streams = app.start();
    assert.throws(() => streams.start(), /REBALANCING/);
    await streams.close();
    assert.throws(() => streams.start(), /NOT_RUNNING/);
  });

  it('can be closed before it is started, and twice', async () => {
    const streams = app.create();
    await streams.close();
    await streams.close();
    assert.deepEqual(app.states, ['PENDING_SHUTDOWN', 'NOT_RUNNING']);
  });

  it('can be closed while it starts', async () => {
    app.createTopics();
    const streams = app.start();
    await streams.close();
    assert.deepEqual([streams.state, app.releases], ['NOT_RUNNING', 1]);
  });

  it('waits for a source topic that is not there, says which, and can be closed meanwhile', async () => {
    const streams = app.start();
    await app.until(() => app.warnings.length > 0);
    assert.match(app.warnings.join(), /topic in does not exist/);
    await streams.close();
    assert.deepEqual(app.states, ['REBALANCING', 'PENDING_SHUTDOWN', 'NOT_RUNNING']);
  });

  it('starts when the source topic comes', async () => {
    const streams = app.start();
    await app.until(() => app.warnings.length > 0);
    app.createTopics();
    await app.until(() => streams.state === 'RUNNING');
  });

  it('stops in ERROR on a record that can not be processed, as the handler says by default', async () => {
    app.createTopics();
    const streams = app.start();
    app.send(-1);
    await assert.rejects(streams.stopped, {
      name: 'StreamsError',
      message: /processing failed at .* in-0@0: negative/,
    });
    assert.equal(app.states.at(-1), 'ERROR');
    assert.equal(app.releases, 1);
    await assert.rejects(streams.close(), { name: 'StreamsError' });
    assert.equal(streams.state, 'ERROR');
    assert.deepEqual(app.output(), []);
  });

  it('goes on after a record that can not be processed where the handler says so', async () => {
    app.createTopics();
    const streams = app.start({ processingExceptionHandler: resumeOnError, deadLetterTopic: 'rejected' });
    app.send(-1);
    app.send(1);
    await app.until(() => app.output().length > 0);
    assert.deepEqual([app.output(), app.output('rejected')], [['1'], ['-1']]);
    assert.equal(streams.state, 'RUNNING');
  });

  for (const kind of ['retriable', 'abort', 'fatal'] as const satisfies readonly ClientErrorKind[]) {
    it(`counts every record once though a commit fails: ${kind}`, async () => {
      app.createTopics();
      const streams = app.start();
      await app.until(() => streams.state === 'RUNNING');
      app.cluster.failNextCommit(new KafkaClientError('fails as the test requests', kind, -1));
      app.send(1);
      await app.until(() => app.output().length > 0);
      app.send(2);
      await app.until(() => app.output().length > 1);
      assert.deepEqual(app.output(), ['1', '2']);
      const again = kind === 'fatal' ? ['REBALANCING', 'RUNNING'] : [];
      assert.deepEqual(app.states, ['REBALANCING', 'RUNNING', ...again]);
    });
  }

  it('is stopped by an error that is not the client’s, and releases its directory', async () => {
    app.createTopics();
    const { ports } = app.cluster;
    const broken: Ports = {
      ...ports,
      admin: () => ({ ...ports.admin(), createTopic: () => Promise.reject(new TypeError('a mistake')) }),
    };
    const streams = app.create({}, { ports: broken });
    streams.start();
    await assert.rejects(streams.stopped, /a mistake/);
    assert.deepEqual([streams.state, app.releases], ['ERROR', 1]);
  });

  it('drains: everything that is there is processed and committed when it resolves', async () => {
    app.createTopics();
    for (let n = 0; n < 100; n++) app.send(n);
    const streams = app.start({ commitInterval: '5m' });
    await streams.drain();
    assert.deepEqual(app.output(), ['100']);
  });

  it('does not wait for ever to be drained when it fails', async () => {
    app.createTopics();
    app.send(-1);
    await assert.rejects(app.start().drain(), { name: 'StreamsError' });
  });

  it('is not made with a wrong option', () => {
    assert.throws(() => app.create({ commitInterval: 'soon' as '1s' }), ConfigError);
  });
});
