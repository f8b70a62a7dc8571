import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import {
  type ProcessorContext,
  type StateStore,
  type StoreBuilder,
  Stores,
  StreamsBuilder,
  type Topology,
} from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const WINDOWS = Stores.windowStore<string, number>({ name: 'windows', retention: '1h', windowSize: 1000 });
const SESSIONS = Stores.sessionStore<string, number>({ name: 'sessions', retention: '1h' });

function putting<S extends StateStore>(store: StoreBuilder<S>, put: (store: S, time: number) => void): Topology {
  const builder = new StreamsBuilder();
  builder.stream<string, string>('in', { dropNullValues: true }).process<string, string>(
    (context: ProcessorContext<string, string>) => {
      const opened = context.getStateStore(store);
      return ({ value }) => put(opened, Number(value));
    },
    { stores: [store] },
  );
  return builder.build();
}

describe('a store of a processor', () => {
  let driver: TopologyTestDriver | undefined;

  afterEach(async () => {
    await driver?.close().catch(() => {});
  });

  const cases: readonly (readonly [string, Topology, string])[] = [
    ['window', putting(WINDOWS, (store, time) => store.put('k', 1, time)), 'Infinity'],
    [
      'session',
      putting(SESSIONS, (store, time) => store.put({ key: 'k', window: { start: 0, end: time } }, 1)),
      'Infinity',
    ],
  ];
  for (const [name, topology, time] of cases) {
    it(`(${name}) refuses the time ${time}, and its task starts again after a crash`, async () => {
      driver = await TopologyTestDriver.create(topology, { processingExceptionHandler: () => 'resume' });
      await driver.pipeInput('in', { key: 'k', value: time, timestamp: 0 });
      const { rejected } = driver.counts[0] ?? {};
      await driver.crash();
      await driver.pipeInput('in', { key: 'k', value: '5', timestamp: 0 });
      assert.equal(rejected, 1);
    });
  }
});
