import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, describe, it } from 'mocha';
import { type Serde, Serdes, StreamsBuilder, type Topology } from '../../streams/index.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';
import { CRASH_POINTS } from '../../streams/testing/simulated-process.js';

/** Time after which the state of a global table is on disk. */
const PERSIST_MS = 6000;

describe('a global table of a process that dies', () => {
  let driver: TopologyTestDriver;
  /** Values of the table's topic that were deserialized. */
  let read: number;

  afterEach(() => driver.close());

  /** The topology fills the topic of its own global table, and so do others. */
  function topology(inMemory: boolean): Topology {
    const numbers = Serdes.json<number>();
    const valueSerde: Serde<number> = {
      ...numbers,
      deserialize: bytes => {
        read++;
        return numbers.deserialize(bytes);
      },
    };
    const builder = new StreamsBuilder();
    const latest = builder.globalTable<string, number>('latest', { valueSerde, inMemory });
    const input = builder.stream<string, number>('in', { dropNullKeys: true });
    input.filter((_key, value) => value !== -1).to('latest');
    input
      .leftJoin(
        latest,
        key => key,
        (_value, row) => row,
      )
      .to('out');
    return builder.build();
  }

  async function create(inMemory = false): Promise<void> {
    read = 0;
    committed.clear();
    driver = await TopologyTestDriver.create(topology(inMemory), { autoCommit: false, partitions: 3 });
  }

  const rows = async (): Promise<ReadonlyMap<unknown, unknown>> =>
    new Map((await driver.storeEntries('latest-table')).map(({ key, value }) => [key, value]));

  /** The committed records of the topic, as a table. */
  const committed = new Map<unknown, unknown>();
  function expected(): ReadonlyMap<unknown, unknown> {
    for (const { key, value } of driver.readOutput<string, number>('latest')) {
      if (value === null) committed.delete(key);
      else committed.set(key, value);
    }
    return committed;
  }

  for (const point of CRASH_POINTS) {
    it(`is as its topic is: ${point}`, async () => {
      await create();
      for (let n = 0; n < 30; n++) driver.produce('in', { key: `key-${n % 10}`, value: n });
      await driver.run();
      driver.crashAt(point);
      await driver.commit();
      await driver.advanceWallClock(PERSIST_MS);
      await driver.commit();
      await driver.run();
      assert.deepEqual(await rows(), expected());
      assert.equal(committed.size, 10);
    });
  }

  it('goes on from what is on disk, and reads no more than that again', async () => {
    await create();
    for (let n = 0; n < 30; n++) driver.produce('latest', { key: `key-${n % 10}`, value: n });
    await driver.run();
    await driver.advanceWallClock(PERSIST_MS);
    assert.equal(read, 30);
    driver.produce('latest', [
      { key: 'key-1', value: 100 },
      { key: 'key-2', value: null },
    ]);
    await driver.run();
    read = 0;
    await driver.crash();
    assert.equal(read, 1);
    assert.deepEqual(await rows(), expected());
  });

  it('is read whole again if it is in memory', async () => {
    await create(true);
    for (let n = 0; n < 30; n++) driver.produce('latest', { key: `key-${n % 10}`, value: n });
    await driver.run();
    await driver.advanceWallClock(PERSIST_MS);
    read = 0;
    await driver.crash();
    assert.equal(read, 30);
    assert.deepEqual(await rows(), expected());
  });

  it('goes to disk before it takes much memory', async function () {
    this.timeout(30_000);
    await create();
    const value = 'x'.repeat(1000);
    const records = 40_000;
    driver.produce(
      'latest',
      Array.from({ length: records }, (_, n) => ({ key: `key-${n}`, value })),
    );
    await driver.run();
    read = 0;
    await driver.crash();
    assert.ok(read < records / 2, `${read} of ${records} were in memory only`);
    assert.equal((await rows()).size, records);
  });

  type Action =
    | { readonly kind: 'produce' | 'process'; readonly key: number; readonly value: number | null }
    | { readonly kind: 'commit' | 'crash' | 'rebalance' | 'fail' | 'age' };

  const actions: fc.Arbitrary<Action> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constantFrom('produce' as const, 'process' as const),
        key: fc.nat(3),
        value: fc.option(fc.nat(9)),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom('commit', 'crash', 'rebalance', 'fail', 'age'),
      }) as fc.Arbitrary<Action>,
    },
  );

  it('is as its topic is after whatever happens, with crashes, aborts and rebalances', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(fc.array(actions, { maxLength: 25 }), async done => {
        await create();
        for (const action of done) {
          switch (action.kind) {
            case 'produce':
              driver.produce('latest', { key: `${action.key}`, value: action.value });
              break;
            case 'process':
              driver.produce('in', { key: `${action.key}`, value: action.value });
              break;
            case 'commit':
              await driver.commit();
              break;
            case 'fail':
              driver.failNextCommit('abort');
              await driver.commit();
              break;
            case 'crash':
              await driver.crash();
              break;
            case 'rebalance':
              await driver.rebalance();
              break;
            case 'age':
              await driver.advanceWallClock(PERSIST_MS);
          }
        }
        await driver.run();
        await driver.commit();
        await driver.run();
        assert.deepEqual(await rows(), expected());
        await driver.close();
      }),
      { numRuns: 100 },
    );
    // For the hook.
    await create();
  });
});
