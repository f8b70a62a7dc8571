import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type KafkaStreams, Serdes, StreamsBuilder, TimeWindows, type Topology } from '../../streams/index.js';
import { MemoryStateDirectory } from '../../streams/testing/memory-state-directory.js';
import { applicationForEachTest } from '../runtime/application-for-each-test.js';
import type { TestApplication } from '../runtime/test-application.js';

const DAY_MS = 86_400_000;

describe('an application that was off for three days while its input waited', () => {
  let app: TestApplication;
  let streams: KafkaStreams;

  applicationForEachTest(async created => {
    app = created;
    streams = app.start({}, windowedCounts());
    app.send(1);
    await app.until(() => app.output().includes('1'));
    await streams.close();
    app.clock.aheadMs = 3 * DAY_MS;
  });

  /** The instance before is gone for good, or for longer than its session. */
  function runsOn(directory: MemoryStateDirectory): void {
    app.cluster.expire(app.directory.instanceId);
    app.directory = directory;
  }

  /** The next record of the window that is open. */
  async function goesOnWith(count: number): Promise<void> {
    app.send(1);
    streams = app.start({}, windowedCounts());
    await app.until(() => app.output().includes(String(count)));
    await streams.close();
  }

  it('goes on with the windows that were open, from its state, though the changelog has been deleted by retention', async () => {
    for (const changelog of app.cluster.logs('app-counts-changelog')) changelog.deleteRecords(changelog.high);
    await goesOnWith(2);
    assert.deepEqual(app.output(), ['1', '2']);
  });

  it('goes on with them where its state is gone, from the changelog', async () => {
    runsOn(new MemoryStateDirectory('other'));
    await goesOnWith(2);
    assert.deepEqual(app.output(), ['1', '2']);
  });

  it('goes on with what another instance has counted meanwhile', async () => {
    const { directory } = app;
    runsOn(new MemoryStateDirectory('other'));
    await goesOnWith(2);
    runsOn(directory);
    await goesOnWith(3);
    assert.deepEqual(app.output(), ['1', '2', '3']);
  });
});

/** All records are of one window, which stays open. */
function windowedCounts(): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream<string, number>('in')
    .groupByKey()
    .windowedBy(TimeWindows.of({ size: '60s', grace: '10s' }))
    .count({ as: 'counts' })
    .toStream()
    .map((_window, count) => ({ key: 'all', value: count }))
    .to('out', { valueSerde: Serdes.json<number | null>() });
  return builder.build();
}
