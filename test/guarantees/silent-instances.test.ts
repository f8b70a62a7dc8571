import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { encodeInstance, instanceKey } from '../../streams/audit/checkpoint.js';
import { type KafkaStreams, Serdes, StreamsBuilder, type TaskStatus } from '../../streams/index.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { MemoryStateDirectory } from '../../streams/testing/memory-state-directory.js';
import { applicationForEachTest } from '../runtime/application-for-each-test.js';
import type { TestApplication } from '../runtime/test-application.js';

const MINUTE_MS = 60_000;
const AUDIT = 'app-audit';

describe('announcements of instances', function () {
  this.timeout(20_000);
  let app: TestApplication;

  applicationForEachTest(created => {
    app = created;
  });

  const start = (id: string, standbyReplicas: number): KafkaStreams => {
    const streams = app.create(
      { standbyReplicas, applicationServer: `${id}:1` },
      { takeDirectory: async () => new MemoryStateDirectory(id) },
    );
    streams.start();
    return streams;
  };
  const write = (instance: string, announced: boolean): void => {
    const record = { instance, host: `${instance}:1`, tasks: ['0_0'], standbys: [] };
    const value = announced ? encodeInstance(record) : null;
    const key = Buffer.from(instanceKey(instance));
    app.cluster.log(AUDIT, 0).append({ key, value, timestamp: app.clock.now(), headers: NO_HEADERS }, undefined);
  };
  /** What the topic has of an instance; the newest is last. */
  const announcements = (instance: string): readonly string[] =>
    app.cluster
      .logs(AUDIT)
      .flatMap(log => log.committed)
      .filter(({ key }) => String(key) === instanceKey(instance))
      .sort((a, b) => a.timestamp - b.timestamp)
      .map(({ value }) => (value === null ? 'withdrawn' : 'announced'));
  const pass = async (minutes: number): Promise<void> => {
    for (let passed = 0; passed < minutes; passed++) {
      app.clock.aheadMs += MINUTE_MS;
      for (let turn = 0; turn < 200; turn++) await new Promise(resolve => setImmediate(resolve));
    }
  };

  it('are removed some time after the instance has died', async () => {
    const first = start('a', 1);
    const second = start('b', 1);
    await app.until(() => first.tasks.length === 1 && second.tasks.length === 1 && second.state === 'RUNNING');
    write('dead', true);
    await pass(14);
    assert.deepEqual(announcements('dead'), ['announced']);
    await app.until(async () => {
      await pass(1);
      return announcements('dead').at(-1) === 'withdrawn';
    });
    // Those that live announce themselves, with input or without.
    assert.deepEqual([announcements('a').at(-1), announcements('b').at(-1)], ['announced', 'announced']);
    await pass(10);
    assert.deepEqual([announcements('a').at(-1), announcements('b').at(-1)], ['announced', 'announced']);
  });

  it('come back where they were removed from an instance that lives', async () => {
    const streams = start('a', 0);
    await app.until(() => streams.state === 'RUNNING' && streams.tasks.length === 2);
    write('a', false);
    await app.until(async () => {
      await pass(1);
      return announcements('a').at(-1) === 'announced';
    });
    app.send(1);
    await app.until(() => app.output().at(-1) === '1');
  });

  it('are made with all committed that was processed: nothing of it goes without its offsets', async () => {
    const builder = new StreamsBuilder();
    builder.stream<string, number>('in').to('out', { valueSerde: Serdes.json<number>() });
    const streams = app.create(
      { applicationServer: 'a:1', commitInterval: '5m' },
      { takeDirectory: async () => new MemoryStateDirectory('a') },
      builder.build(),
    );
    streams.start();
    await app.until(() => streams.state === 'RUNNING' && streams.tasks.length === 2);
    const of = (figure: (task: TaskStatus) => number): number =>
      streams.tasks.reduce((sum, task) => sum + figure(task), 0);
    app.send(7);
    await app.until(() => of(({ nodes }) => Math.max(...Object.values(nodes).map(({ received }) => received))) === 1);
    assert.deepEqual(app.output(), []);
    await app.until(async () => {
      await pass(1);
      return announcements('a').length > 1;
    });
    assert.deepEqual([app.output(), of(({ counts }) => counts.in.in ?? 0)], [['7'], 1]);
  });
});
