import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import {
  type KStream,
  type KTable,
  Serdes,
  StreamsBuilder,
  Suppressed,
  TimeWindows,
  type Topology,
  type Windowed,
} from '../../streams/index.js';
import type { Ports, TopicConfig } from '../../streams/kafka/ports.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { InMemoryCluster } from '../../streams/testing/in-memory-cluster.js';
import { TestApplication } from '../runtime/test-application.js';
import { RECORDED, RECORDED_CHECKPOINT, type RecordedState } from './recorded-state.js';

const NOW = 1_700_000_000_000;
const TASK = '0_0';
const AUDIT = 'app-audit';

/** Windows of 10 s stay open over them. A null value is a tombstone of the table. */
const INPUT: readonly (readonly [string, unknown, number])[] = [
  ['a', 'x', 1000],
  ['ä€', { y: 1 }, 2000],
  ['a', 'z', 3000],
  ['gone', null, 3000],
];

describe('state that an earlier version has written', () => {
  let app: TestApplication;
  let settings: Record<string, TopicConfig['config']>;

  beforeEach(() => {
    app = new TestApplication();
    app.cluster = new InMemoryCluster({ now: () => NOW, monotonic: () => performance.now() });
    for (const topic of ['in', 'out']) app.cluster.createTopic(topic, 1);
    settings = {};
  });

  afterEach(() => app.close());

  it('is written in the same bytes: rows, changelogs and their settings, shapes of stores', async () => {
    for (const record of INPUT) send(...record);
    await run(INPUT.length);
    assert.deepEqual(await written(), RECORDED);
  });

  it('is restored from its changelogs, and carried on', async () => {
    for (const record of INPUT) send(...record);
    app.cluster.commitOffset('in', 0, INPUT.length);
    for (const [topic, records] of Object.entries(RECORDED.changelogs)) {
      app.cluster.createTopic(topic, 1);
      for (const [key, value] of records) append(topic, bytesOf(key), bytesOf(value));
    }
    app.cluster.createTopic(AUDIT, 1);
    append(AUDIT, Buffer.from(TASK), Buffer.from(JSON.stringify(RECORDED_CHECKPOINT)));
    send('a', 'again', 4000);
    send('b', 'closes windows', 16_000);
    send('b', 'ends the time limit', 24_000);
    await run(3);
    assert.deepEqual(app.output().sort(), [
      'closing a@0 3',
      'closing gone@0 1',
      'closing ä€@0 1',
      'counts a 3',
      'counts b 2',
      'final a@0 3',
      'final gone@0 1',
      'final ä€@0 1',
      'held a 3',
      'held ä€ 1',
      'seen b "closes windows"',
      'seen b "ends the time limit"',
      'windows a@0 3',
      'windows b@10000 1',
      'windows b@20000 1',
    ]);
  });

  function append(topic: string, key: Buffer | null, value: Buffer | null, timestamp = NOW): void {
    app.cluster.log(topic, 0).append({ key, value, timestamp, headers: NO_HEADERS }, undefined);
  }

  function send(key: string, value: unknown, timestamp: number): void {
    append('in', Buffer.from(key), value === null ? null : Buffer.from(JSON.stringify(value)), timestamp);
  }

  /** Processes so many records in one transaction. */
  async function run(records: number): Promise<void> {
    const streams = app.create({ commitInterval: '5m' }, { ports: recordingPorts() }, topology());
    streams.start();
    await app.until(() => streams.tasks[0]?.nodes[SOURCE]?.received === records);
    await streams.close();
  }

  /** Those of the cluster, which note the settings of the topics that they create. */
  function recordingPorts(): Ports {
    const { ports } = app.cluster;
    return {
      ...ports,
      admin() {
        const admin = ports.admin();
        return {
          ...admin,
          async createTopic(topic, config) {
            settings[topic] = config.config;
            await admin.createTopic(topic, config);
          },
        };
      },
    };
  }

  async function written(): Promise<RecordedState> {
    const changelogs = Object.keys(settings).filter(topic => topic.endsWith('-changelog'));
    const audit = app.cluster.log(AUDIT, 0).committed.findLast(({ key }) => key?.toString() === TASK);
    const { stores } = JSON.parse(audit?.value?.toString() ?? '{}') as { readonly stores?: unknown };
    return {
      settings,
      changelogs: Object.fromEntries(changelogs.map(topic => [topic, recordsOf(topic)])),
      rows: await rowsOnDisk(),
      shapes: JSON.stringify(stores),
    };
  }

  function recordsOf(topic: string): (readonly [string | null, string | null])[] {
    return app.cluster.log(topic, 0).committed.map(({ key, value }) => [hexOf(key), hexOf(value)]);
  }

  /** Those of stores: what the task keeps of itself is named otherwise. */
  async function rowsOnDisk(): Promise<Record<string, string>> {
    const level = app.directory.level(TASK);
    await level.open();
    const rows: Record<string, string> = {};
    for await (const [key, value] of level.iterator({ gte: 'a', lt: '\uffff' })) rows[key] = value.toString('hex');
    await level.close();
    return rows;
  }
});

const SOURCE = 'source';

/** A store of each kind that there is. */
function topology(): Topology {
  const windows = TimeWindows.of({ size: '10s', grace: '5s' });
  const builder = new StreamsBuilder();
  const source = builder.stream<string, unknown>('in', { name: SOURCE });
  const out = (name: string, stream: KStream<string, unknown>): void =>
    stream
      .mapValues((value, key) => `${name} ${key} ${JSON.stringify(value)}`)
      .to('out', { valueSerde: Serdes.string() });
  const windowed = (name: string, table: KTable<Windowed<string>, unknown>): void =>
    out(
      name,
      table.toStream(({ key, window }) => `${key}@${window.start}`),
    );
  source.toTable({ as: 'table' });
  const grouped = source.groupByKey();
  const counts = grouped.count({ as: 'counts' });
  out('counts', counts.toStream());
  out('held', counts.suppress(Suppressed.untilTimeLimit('20s'), { name: 'held' }).toStream());
  const counted = grouped.windowedBy(windows).count({ as: 'windows', retention: '1m' });
  windowed('windows', counted);
  windowed('final', counted.suppress(Suppressed.untilWindowCloses(), { name: 'final' }));
  windowed('closing', grouped.windowedBy(windows).emitStrategy('onWindowClose').count({ as: 'closing' }));
  out('seen', grouped.windowedBy(windows).distinct({ as: 'seen' }));
  return builder.build();
}

function hexOf(bytes: Buffer | null): string | null {
  return bytes === null ? null : bytes.toString('hex');
}

function bytesOf(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text, 'hex');
}
