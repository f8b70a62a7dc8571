import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { StreamsBuilder, type StreamsOptions, TimeWindows, type Topology } from '../../../streams/index.js';
import type { Admin, TopicConfig } from '../../../streams/kafka/ports.js';
import { createInternalTopics } from '../../../streams/runtime/plan/internal-topics.js';
import { planTopology } from '../../../streams/runtime/plan/task-plan.js';
import { streamsConfig } from '../../../streams/runtime/streams-config.js';

const DAY_MS = 86_400_000;

/** An empty cluster, which remembers what it was asked to create. */
class RecordingAdmin implements Admin {
  readonly created = new Map<string, TopicConfig>();

  async partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return new Map(
      [...this.created]
        .filter(([topic]) => topics.includes(topic))
        .map(([topic, { partitions }]) => [topic, partitions]),
    );
  }

  async createTopic(topic: string, config: TopicConfig): Promise<void> {
    this.created.set(topic, config);
  }

  async createPartitions(): Promise<void> {}

  async deleteTopic(): Promise<void> {}

  async close(): Promise<void> {}
}

/** Three stores: a table, windows, and keys that are written once. Two repartition topics. */
function threeStores(): Topology {
  const builder = new StreamsBuilder();
  const windows = TimeWindows.of({ size: '60s', grace: '10s' });
  const moved = builder.stream<string, string>('in').groupBy((_key, value) => value);
  moved.count({ as: 'table' });
  moved.windowedBy(windows).count({ as: 'windows' });
  builder
    .stream<string, string>('in-too')
    .groupBy((_key, value) => value)
    .windowedBy(windows)
    .distinct({ as: 'seen' });
  return builder.build();
}

async function created(options: Partial<StreamsOptions> = {}): Promise<ReadonlyMap<string, TopicConfig>> {
  const admin = new RecordingAdmin();
  const config = streamsConfig({ applicationId: 'app', ...options });
  await createInternalTopics(
    planTopology(
      threeStores(),
      'app',
      new Map([
        ['in', 2],
        ['in-too', 2],
      ]),
    ),
    admin,
    config,
  );
  return admin.created;
}

describe('the configuration of internal topics', () => {
  const retentions = async (options: Partial<StreamsOptions> = {}): Promise<Record<string, number>> => {
    const configs = await created(options);
    const of = (store: string): number => Number(configs.get(`app-${store}-changelog`)?.config['retention.ms']);
    return { windows: of('windows'), seen: of('seen') };
  };

  it('keeps what was written to changelogs of windows for a week longer than their windows: the application may be off', async () => {
    const retention = 60_000 + 10_000 + 7 * DAY_MS;
    assert.deepEqual(await retentions(), { windows: retention, seen: retention });
  });

  it('keeps it for as long as the application says', async () => {
    const retention = 60_000 + 10_000 + 2 * DAY_MS;
    const options = { windowstoreChangelogAdditionalRetention: 2 * DAY_MS };
    assert.deepEqual(await retentions(options), { windows: retention, seen: retention });
  });

  it('has timestamps of the records, and not of the broker, for each of them', async () => {
    const configs = [...(await created()).values()].map(({ config }) => config['message.timestamp.type']);
    assert.ok(configs.length >= 5);
    assert.deepEqual(new Set(configs), new Set(['CreateTime']));
  });

  it('keeps tombstones for a day where topics are compacted: state that was closed for less has missed none', async () => {
    for (const [topic, { config }] of await created()) {
      const compacts = config['cleanup.policy']?.includes('compact') ?? false;
      assert.equal(config['delete.retention.ms'], compacts ? String(DAY_MS) : undefined, topic);
    }
  });
});
