import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type AsyncCall, type RecordMetadata, Stores } from '../../../streams/index.js';
import { AsyncDriver } from './async-driver.js';

const headersOf = (text: string) => [{ key: 'h', value: Buffer.from(text) }];

describe('the results of an asynchronous operator', () => {
  let tested: AsyncDriver;

  beforeEach(() => {
    tested = new AsyncDriver();
  });

  afterEach(() => tested.close());

  it('have the key, the timestamp and the headers of their record', async () => {
    await tested.create(input => input.mapValuesAsync(tested.remote.ask));
    for (const n of [1, 2]) {
      tested.driver.produce('in', { key: `k${n}`, value: `v${n}`, timestamp: n, headers: headersOf(`h${n}`) });
    }
    await tested.steps();
    tested.remote.answer('v2');
    await tested.remote.answering(tested.driver.commit());
    assert.deepEqual(
      tested.driver
        .readOutput('out')
        .map(({ key, value, timestamp, headers }) => [key, value, timestamp, String(headers?.[0]?.value)]),
      [
        ['k1', 'v1!', 1, 'h1'],
        ['k2', 'v2!', 2, 'h2'],
      ],
    );
  });

  it('of processAsync have keys, timestamps and headers of their own: one record, several or none', async () => {
    await tested.create(input =>
      input.processAsync<string, string>(async ({ key, value, timestamp, headers }) => {
        await immediate();
        if (value === 'a0') return undefined;
        if (value === 'a1') return { key: `${key}1`, value };
        headers.push(...headersOf('pushed'));
        return new Set([
          { key: 'x', value, timestamp: timestamp + 10 },
          { key: 'y', value, headers: headersOf('own') },
          { key: 'z', value, headers },
        ]);
      }),
    );
    tested.produce('a0', 'a1', 'a2');
    await tested.driver.run();
    await tested.driver.commit();
    assert.deepEqual(
      tested.driver
        .readOutput('out')
        .map(({ key, value, timestamp, headers }) => [
          key,
          value,
          timestamp,
          ...(headers ?? []).map(h => String(h.value)),
        ]),
      [
        ['a1', 'a1', 1],
        ['x', 'a2', 12],
        ['y', 'a2', 2, 'own'],
        ['z', 'a2', 2, 'pushed'],
      ],
    );
  });

  it('come from a call that knows its record', async () => {
    const calls: AsyncCall[] = [];
    await tested.create(input =>
      input.mapValuesAsync(async (value, _key, call) => {
        calls.push(call);
        return value;
      }),
    );
    tested.driver.produce('in', { key: 'a', value: 'v', timestamp: 7, headers: headersOf('h') });
    tested.produce('a8');
    await tested.driver.run();
    assert.deepEqual(
      calls.map(({ attempt, timestamp, headers, metadata, signal }) => [
        attempt,
        timestamp,
        headers.length,
        metadata,
        signal.aborted,
      ]),
      [
        [1, 7, 1, { topic: 'in', partition: 0, offset: 0 }, false],
        [1, 8, 0, { topic: 'in', partition: 0, offset: 1 }, false],
      ],
    );
    await tested.driver.commit();
  });

  it('are of their own record for processors after it, whose steps may wait', async () => {
    const seen: [unknown, RecordMetadata | undefined][] = [];
    const counts = Stores.keyValueStore<string, number>({ name: 'counts' });
    await tested.create(input =>
      input.mapValuesAsync(tested.remote.ask).processValues<unknown>(
        context => {
          const store = context.getStateStore(counts);
          return async record => {
            await immediate();
            seen.push([record.value, context.recordMetadata()]);
            const count = (store.get('all') ?? 0) + 1;
            store.put('all', count);
            await immediate();
            context.forward(record.withValue(`${String(record.value)}${count}`));
          };
        },
        { stores: [counts] },
      ),
    );
    tested.produce('a1', 'a2', 'a3');
    await tested.steps();
    tested.remote.answer('a2');
    tested.remote.answer('a1');
    await tested.steps(20);
    tested.produce('a4');
    assert.deepEqual(await tested.committed(), ['a1!1', 'a2!2', 'a3!3']);
    assert.deepEqual(
      seen.map(([value, metadata]) => [value, metadata?.offset]),
      [
        ['a1!', 0],
        ['a2!', 1],
        ['a3!', 2],
      ],
    );
  });

  it('go on to another asynchronous operator', async () => {
    await tested.create(input =>
      input.mapValuesAsync(tested.remote.ask).mapValuesAsync(tested.remote.ask, { order: 'key', maxConcurrent: 1 }),
    );
    tested.produce('a1', 'b2');
    await tested.steps();
    tested.remote.answer('b2', 'B');
    tested.remote.answer('a1', 'A');
    await tested.steps();
    assert.deepEqual(tested.remote.inFlight, ['A']);
    assert.deepEqual(await tested.committed(), ['A!', 'B!']);
  });

  it('of a punctuation are of no record', async () => {
    const metadata: unknown[] = [];
    await tested.create(input =>
      input
        .process<string, string>(context => {
          context.schedule(1000, 'wallClockTime', timestamp => context.forward({ key: 'p', value: 'tick', timestamp }));
          return () => {};
        })
        .mapValuesAsync(async (value, _key, call) => {
          metadata.push(call.metadata);
          await immediate();
          return value;
        }),
    );
    await tested.driver.advanceWallClock(1000);
    assert.deepEqual(await tested.committed(), ['tick']);
    assert.deepEqual(metadata, [undefined]);
  });

  it('are grouped by their new keys, in the partition of these', async () => {
    await tested.create(
      input =>
        input
          .processAsync<string, string>(async ({ value }) => ({ key: `group-${Number(value.slice(1)) % 3}`, value }))
          .groupByKey()
          .count({ as: 'counts', caching: false })
          .toStream(),
      { partitions: 3 },
    );
    tested.produce(...[...Array(30).keys()].map(n => `${'abcde'[n % 5]}${n}`));
    for (let n = 0; n < 3; n++) {
      await tested.driver.run();
      await tested.driver.commit();
    }
    const last = Object.fromEntries(tested.driver.readOutput('out').map(({ key, value }) => [key, value]));
    assert.deepEqual(last, { 'group-0': 10, 'group-1': 10, 'group-2': 10 });
  });
});
