import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { JoinWindows, type KStream, resumeOnError, StreamsBuilder, type Topology } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

type Joiner = (left: string, right: string | null) => string;

const pair: Joiner = (left, right) => `${left}/${right ?? '-'}`;

/** Throws for a record that has found no other. */
const failing: Joiner = (left, right) => {
  if (left === 'Lbad' && right === null) throw new Error('bad');
  return pair(left, right);
};

function topologyOf(joiner: Joiner, closeOnIdle: boolean): Topology {
  const builder = new StreamsBuilder();
  const source = (topic: string): KStream<string, string> =>
    builder.stream<string, string>(topic, { dropNullKeys: true, dropNullValues: true });
  const all = source('in');
  const windows = JoinWindows.of({ timeDifference: 5, grace: 0, closeOnIdle });
  all
    .filter((_key, value) => value.startsWith('L'))
    .leftJoin(
      all.filter((_key, value) => value.startsWith('R')),
      joiner,
      windows,
      { as: 'pairs' },
    )
    .to('out');
  // A stream of the same task, so that time passes without a record of the join.
  all.merge(source('other')).foreach(() => {});
  return builder.build();
}

describe('a record of a left join that has found no other', () => {
  let driver: TopologyTestDriver | undefined;

  afterEach(async () => {
    await driver?.close();
    driver = undefined;
  });

  async function create(topology: Topology): Promise<TopologyTestDriver> {
    driver = await TopologyTestDriver.create(topology, {
      autoCommit: false,
      processingExceptionHandler: resumeOnError,
    });
    return driver;
  }

  async function played(
    driver: TopologyTestDriver,
    topic: string,
    ...records: readonly (readonly [string, string, number])[]
  ): Promise<unknown[]> {
    for (const [key, value, timestamp] of records) driver.produce(topic, { key, value, timestamp });
    for (let n = 0; n < 3; n++) {
      await driver.run();
      await driver.commit();
    }
    return driver.readOutput('out').map(({ value }) => value);
  }

  it('is an error by itself if the joiner throws at a commit', async () => {
    const driver = await create(topologyOf(failing, true));
    assert.deepEqual(await played(driver, 'in', ['a', 'Lbad', 1], ['b', 'Lgood', 2]), []);
    assert.deepEqual(await played(driver, 'other', ['c', 'X', 100]), ['Lgood/-']);
  });

  it('is an error by itself if another one has its key and time, and the record that releases it is joined', async () => {
    const driver = await create(topologyOf(failing, false));
    const early = [
      ['a', 'Lbad', 1],
      ['a', 'Lgood', 1],
      ['b', 'R', 99],
      ['b', 'L', 100],
    ] as const;
    assert.deepEqual(await played(driver, 'in', ...early), ['Lgood/-', 'L/R']);
  });

  it('is in a changelog that keeps it for as long as it waits', () => {
    const stores = topologyOf(pair, false).subTopologies.flatMap(subTopology => subTopology.stores);
    assert.deepEqual(stores.find(({ name }) => name === 'pairs-left-waiting')?.kind.cleanup, { policy: 'compact' });
  });
});
