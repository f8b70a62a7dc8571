import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { StreamsBuilder, TimeWindows, type Topology } from '../../streams/index.js';
import type { Admin, TopicConfig } from '../../streams/kafka/ports.js';
import { createInternalTopics } from '../../streams/runtime/internal-topics.js';
import { planTopology } from '../../streams/runtime/task-plan.js';

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

async function created(): Promise<ReadonlyMap<string, TopicConfig>> {
  const admin = new RecordingAdmin();
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
  );
  return admin.created;
}

describe('the configuration of internal topics', () => {
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
