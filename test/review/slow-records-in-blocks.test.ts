import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { StreamsBuilder } from '../../streams/index.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';

/** `transaction.timeout.ms` of the library (worker-clients.ts), and Java's default with exactly-once. */
const TRANSACTION_TIMEOUT_MS = 10_000;

/**
 * Expected: a processor that awaits 50 ms for each record (a request to a service) goes on, and commits at its interval
 * between two records, as in Java. Its transactions end before they time out.
 *
 * Why it fails: no commit falls within a block of a repartition topic (`Task.isBusy`), and a block has up to 500 records
 * (MAX_BLOCK_ENTRIES). 500 times 21 ms are longer than the transaction time-out of 10 s. The broker aborts such a
 * transaction, the task begins the block again, and never gets further.
 */
describe('a processor that waits 50 ms for each record behind a repartition', () => {
  it('has no transaction that is longer than its time-out', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in', { dropNullValues: true })
      .selectKey((_key, value) => value)
      .repartition({ name: 'moved' })
      .process<string, string>(context => async ({ key, value }) => {
        await immediate();
        driver.moveWallClock(50);
        context.forward({ key, value, timestamp: context.currentSystemTimeMs() });
      })
      .to('out');
    const driver = await TopologyTestDriver.create(builder.build(), { partitions: 2, commitInterval: 100 });
    // 'key-0' is of partition 1, 'key-2' of partition 0: the records move.
    driver.produce(
      'in',
      Array.from({ length: 500 }, () => ({ key: 'key-0', value: 'key-2', timestamp: 0 })),
    );
    let longest = 0;
    let processed = 0;
    while (processed < 500) {
      await driver.step();
      driver.moveWallClock(1);
      const times = driver.readOutput('out').map(({ timestamp }) => timestamp);
      if (times.length === 0) continue;
      processed += times.length;
      longest = Math.max(longest, Math.max(...times) - Math.min(...times));
    }
    await driver.close();
    assert.ok(longest < TRANSACTION_TIMEOUT_MS, `a transaction took ${longest} ms`);
  });
});
