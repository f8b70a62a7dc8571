import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Level } from '../../../stores/bytes/state-database.js';
import type { KafkaStreams } from '../../../streams/index.js';
import type { Consumer, Ports } from '../../../streams/kafka/ports.js';
import { AT_ONCE } from '../../../streams/testing/in-memory-broker.js';
import { InMemoryCluster } from '../../../streams/testing/in-memory-cluster.js';
import { MemoryStateDirectory } from '../../../streams/testing/memory-state-directory.js';
import { GLOBAL_STORE, GLOBAL_TOPIC, GlobalApplication } from './global-application.js';

const DAY_MS = 86_400_000;

describe('global stores are rebuilt from their topic', () => {
  let app: GlobalApplication;

  beforeEach(() => {
    app = new GlobalApplication();
    app.createTopics();
  });

  afterEach(() => app.close());

  const rebuilt = /global store names-table is rebuilt from names: /;

  async function filled(): Promise<void> {
    for (const key of ['a', 'b', 'c']) app.name(key, 'old');
    await (await app.running()).close();
    app.read.length = 0;
  }

  async function hasOnly(streams: KafkaStreams, rows: Readonly<Record<string, string>>): Promise<void> {
    const all: Record<string, unknown> = {};
    for await (const { key, value } of streams.store<string, string>(GLOBAL_STORE, 'keyValue').all()) all[key] = value;
    assert.deepEqual(all, rows);
  }

  it('if that was deleted and created again while the process was off', async () => {
    await filled();
    app.cluster.deleteTopic(GLOBAL_TOPIC);
    app.createTopics();
    for (const key of ['x', 'y', 'z']) app.name(key, 'new');
    await hasOnly(await app.running(), { x: 'new', y: 'new', z: 'new' });
    assert.match(app.warnings.join(), new RegExp(`${rebuilt.source}names was deleted and created again`));
  });

  it('if that is deleted and created again while the process runs', async () => {
    app.name('a', 'old');
    const streams = await app.running();
    app.cluster.deleteTopic(GLOBAL_TOPIC);
    app.createTopics();
    app.name('b', 'new');
    app.send(1);
    await app.until(() => app.warnings.some(text => rebuilt.test(text)));
    await app.until(() => streams.state === 'RUNNING');
    await hasOnly(streams, { b: 'new' });
    await app.untilProcessed(1);
  });

  it('if that ends before their offset, where topics have no ids', async () => {
    app.cluster = new InMemoryCluster(app.clock, { ...AT_ONCE, hasTopicIds: false });
    app.createTopics();
    await filled();
    app.cluster.deleteTopic(GLOBAL_TOPIC);
    app.createTopics();
    app.name('x', 'new');
    await hasOnly(await app.running(), { x: 'new' });
    assert.match(app.warnings.join(), /partition 0: its offset 3 is outside 0 to 1/);
  });

  it('if that begins after their offset', async () => {
    await filled();
    for (const key of ['a', 'd']) app.name(key, 'new');
    app.cluster.log(GLOBAL_TOPIC, 0).deleteRecords(4);
    await hasOnly(await app.running(), { d: 'new' });
    assert.match(app.warnings.join(), /partition 0: its offset 3 is outside 4 to 5/);
  });

  it('if they are a day old and have missed records: a tombstone may be gone', async () => {
    await filled();
    app.name('d', 'new');
    app.clock.aheadMs += DAY_MS;
    await app.running();
    assert.equal(app.read.length, 4);
    assert.match(app.warnings.join(), rebuilt);
  });

  it('if that has fewer partitions than before, where topics have no ids', async () => {
    app.cluster = new InMemoryCluster(app.clock, { ...AT_ONCE, hasTopicIds: false });
    app.createTopics();
    app.name('a', 'old', 1);
    const streams = await app.running();
    app.cluster.deleteTopic(GLOBAL_TOPIC);
    app.cluster.createTopic(GLOBAL_TOPIC, 1);
    app.name('b', 'new');
    await app.until(() => app.warnings.some(text => rebuilt.test(text)));
    await app.until(() => streams.state === 'RUNNING');
    await hasOnly(streams, { b: 'new' });
  });

  it('if their client goes back to the beginning, because the topic does not have what is next', async () => {
    app.cluster = new InMemoryCluster(app.clock, { ...AT_ONCE, hasTopicIds: false });
    app.createTopics();
    const { ports } = app.cluster;
    const consumers: Consumer[] = [];
    const watched: Ports = {
      ...ports,
      consumer: options => {
        const consumer = ports.consumer(options);
        if (options.clientId.endsWith('global-consumer')) consumers.push(consumer);
        return consumer;
      },
    };
    for (const key of ['a', 'b', 'c']) app.name(key, 'old');
    const streams = app.create({}, { ports: watched }, app.topology());
    streams.start();
    await app.until(() => streams.state === 'RUNNING');
    app.cluster.deleteTopic(GLOBAL_TOPIC);
    app.createTopics();
    app.name('b', 'new');
    consumers[0]?.assign([0, 1].map(partition => ({ topic: GLOBAL_TOPIC, partition, offset: 0 })));
    await app.until(() => app.warnings.some(text => rebuilt.test(text)));
    await app.until(() => streams.state === 'RUNNING');
    await hasOnly(streams, { b: 'new' });
    assert.match(app.warnings.join(), /names-0 came from 0 on, where 3 is next/);
  });

  it('if a join finds that their files are damaged', async () => {
    const directory = new FragileDirectory();
    app.directory = directory;
    app.name('key', 'row');
    await (await app.running()).close();
    await app.running();
    directory.isDamaged = true;
    app.send(1);
    await app.untilProcessed(1);
    assert.deepEqual(app.output(), ['1:row']);
    assert.match(app.warnings.join(), /LevelDB reports corruption/);
    assert.equal(directory.isDamaged, false);
  });

  it('if their files are of another format, or a batch of writes is missing', async () => {
    for (const [key, value] of [
      ['\u0000format', '0'],
      ['\u0000batch\u0000999', ''],
    ] as const) {
      app.warnings.length = 0;
      await filled();
      const level = app.directory.level(`global-${GLOBAL_STORE}`);
      await level.open();
      const batch = level.batch();
      batch.put(key, Buffer.from(value));
      await batch.write();
      await level.close();
      const streams = await app.running();
      assert.match(app.warnings.join(), rebuilt);
      await app.untilNamed(streams, 'c', 'old');
      await streams.close();
    }
  });
});

/** Reads of global stores fail while it is damaged, until they are deleted. */
class FragileDirectory extends MemoryStateDirectory {
  isDamaged = false;

  override level(task: string): Level {
    const level = super.level(task);
    if (!task.startsWith('global-')) return level;
    return new Proxy(level, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: readonly unknown[]): unknown => {
          if (name === 'getSync' && this.isDamaged)
            throw Object.assign(new Error('bad block'), { code: 'LEVEL_CORRUPTION' });
          return Reflect.apply(member, target, args);
        };
      },
    });
  }

  override async wipe(task: string): Promise<void> {
    await super.wipe(task);
    if (task.startsWith('global-')) this.isDamaged = false;
  }
}
