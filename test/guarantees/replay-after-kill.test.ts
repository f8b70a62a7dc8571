import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { StreamsBuilder, TimeWindows, type Topology } from '../../streams/index.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { createInternalTopics } from '../../streams/runtime/plan/internal-topics.js';
import { planTopology } from '../../streams/runtime/plan/task-plan.js';
import { noMetrics } from '../../streams/runtime/status/streams-metrics.js';
import { streamsConfig } from '../../streams/runtime/streams-config.js';
import { Worker } from '../../streams/runtime/worker/worker.js';
import { InMemoryCluster } from '../../streams/testing/in-memory-cluster.js';
import { ManualClock } from '../../streams/testing/manual-clock.js';
import { MemoryStateDirectory } from '../../streams/testing/memory-state-directory.js';
import { SimulatedApplication } from '../../streams/testing/simulated-application.js';

const SECONDS = 120;
const PER_SECOND = 10;
/** Entries go to disk after 30 s at the latest, with changelog offsets that are some seconds old. */
const REPLAYED_SECONDS = 35;
const LOGGER = { debug() {}, info() {}, warn() {}, error() {} };

const TOPOLOGIES: readonly (readonly [string, () => Topology])[] = [
  ['entries that never expire', () => topology(grouped => grouped.count({ as: 'rows' }))],
  [
    'entries whose windows expire at once',
    () => topology(grouped => grouped.windowedBy(TimeWindows.of({ size: 100, grace: 0 })).count({ as: 'rows' })),
  ],
  [
    'entries of which some expire',
    () => topology(grouped => grouped.windowedBy(TimeWindows.of({ size: 20_000, grace: 0 })).count({ as: 'rows' })),
  ],
];

for (const [entries, build] of TOPOLOGIES) {
  describe(`a process that is killed, with ${entries}`, () => {
    let clock: ManualClock;
    let cluster: InMemoryCluster;
    let application: SimulatedApplication;
    let replayed: number;

    beforeEach(async () => {
      clock = new ManualClock(0);
      cluster = new InMemoryCluster(clock);
      cluster.createTopic('in', 1);
      replayed = 0;
      const config = streamsConfig({ applicationId: 'app' });
      const admin = cluster.ports.admin();
      const plan = planTopology(build(), 'app', await admin.partitionCounts(['in']));
      await createInternalTopics(plan, admin, config);
      const metrics = {
        ...noMetrics,
        restored: (_task: string, store: string, records: number) => {
          if (store === 'rows') replayed += records;
        },
      };
      application = new SimulatedApplication(
        cluster.ports,
        new MemoryStateDirectory(),
        (ports, directory) =>
          new Worker(
            {
              config,
              ports,
              directory,
              memberId: directory.instanceId,
              logger: LOGGER,
              metrics,
              auditTable: () => undefined,
              silentInstances: () => [],
              onRestore() {},
              onAssignment() {},
            },
            plan,
          ),
      );
      await application.start();
    });

    afterEach(() => application.close());

    async function step(): Promise<void> {
      await application.do(worker => worker.runOnce());
    }

    it('replays what it had committed in the last seconds, however long it has run', async () => {
      for (let second = 0; second < SECONDS; second++) {
        clock.advance(1000);
        for (let n = 0; n < PER_SECOND; n++) {
          const key = Buffer.from(`${second} ${n}`);
          const record = { key, value: Buffer.from('1'), timestamp: clock.now() + n, headers: NO_HEADERS };
          cluster.log('in', 0).append(record, undefined);
        }
        for (let n = 0; n < 5; n++) await step();
        await application.do(worker => worker.commit());
      }
      assert.equal(cluster.committedOffset('in', 0), SECONDS * PER_SECOND);
      await application.restart();
      for (let n = 0; n < 5; n++) await step();
      assert.ok(replayed <= REPLAYED_SECONDS * PER_SECOND, `${replayed} records`);
      assert.ok(replayed > 0);
    });
  });
}

type Grouped = ReturnType<ReturnType<StreamsBuilder['stream']>['groupByKey']>;

function topology(aggregate: (grouped: Grouped) => unknown): Topology {
  const builder = new StreamsBuilder();
  aggregate(builder.stream('in').groupByKey());
  return builder.build();
}
