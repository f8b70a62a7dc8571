import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { StreamsBuilder, type Topology } from '../../streams/index.js';
import type { ConsumerRecord } from '../../streams/kafka/record.js';
import { kindOf } from '../../streams/runtime/processors/repartition/record-kind.js';
import { CRASH_POINTS } from '../../streams/testing/simulated-process.js';
import { GatedDriver } from '../runtime/gated-driver.js';
import { type Script, scripted, withScript } from '../runtime/scripted-processor.js';
import { counting, countingIn } from '../runtime/waiting-script.js';
import { entriesOf, transactionsOf } from './block-entries.js';

describe('a step that waits, through crashes, aborts and rebalances', () => {
  let gated: GatedDriver;

  beforeEach(() => {
    gated = new GatedDriver();
  });

  afterEach(() => gated.close());

  it('has its effect exactly once', () => hasItsEffectOnce(withScript(counting), 5));

  it('has its effect exactly once behind a repartition topic, and no commit falls within a block', async () => {
    let largest = 0;
    await hasItsEffectOnce(afterRepartition(countingIn(3)), 20, records => {
      const transactions = transactionsOf(records.map(record => ({ ...record, value: Buffer.from(originOf(record)) })));
      for (const { headers, value } of gated.driver.readRecords('test-moved-repartition')) {
        if (kindOf(headers) !== 'block') continue;
        const entries = entriesOf(value).filter(entry => entry !== 'time');
        const committed = new Set(entries.map(entry => transactions.get(String(JSON.parse(entry)))));
        assert.equal(committed.size, 1);
        largest = Math.max(largest, entries.length);
      }
    });
    assert.ok(largest > 3, `the largest block had ${largest} entries`);
  });

  /** `check` gets the results. */
  async function hasItsEffectOnce(
    topology: Topology,
    maxRecords: number,
    check: (results: readonly ConsumerRecord[]) => void = () => {},
  ): Promise<void> {
    const action = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('produce' as const),
          records: fc.integer({ min: 1, max: maxRecords }),
        }),
      },
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant('step' as const), times: fc.integer({ min: 1, max: 6 }) }),
      },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('commit' as const) }) },
      fc.record({ kind: fc.constant('crash' as const) }),
      fc.record({ kind: fc.constant('rebalance' as const) }),
      fc.record({ kind: fc.constant('failNextCommit' as const) }),
      fc.record({ kind: fc.constant('crashAt' as const), point: fc.constantFrom(...CRASH_POINTS) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { maxLength: 20, size: 'max' }),
        fc.integer({ min: 1, max: 3 }),
        async (actions, partitions) => {
          await gated.run(topology, {
            autoCommit: false,
            partitions,
            commitTurns: 2,
          });
          let produced = 0;
          for (const next of actions) {
            if (next.kind === 'produce') {
              for (let n = 0; n < next.records; n++) gated.produce(`key-${produced % 7}`, `value-${produced++}`);
            } else if (next.kind === 'step') await gated.steps(next.times);
            else if (next.kind === 'commit') await gated.driver.commit();
            else if (next.kind === 'crash') await gated.driver.crash();
            else if (next.kind === 'rebalance') await gated.driver.rebalance();
            else if (next.kind === 'failNextCommit') gated.driver.failNextCommit('abort');
            else gated.driver.crashAt(next.point);
          }
          // What moves to another partition takes a second transaction.
          for (let transactions = 0; transactions < 2; transactions++) {
            do await gated.driver.run();
            while (!(await gated.driver.commit()));
          }
          await gated.driver.run();
          const records = gated.driver.readRecords('out');
          check(records);
          await gated.driver.close();
          assert.equal(new Set(records.map(originOf)).size, produced);
          const results = records.map(resultOf);
          for (let partition = 0; partition < partitions; partition++) {
            const counts = results
              .filter(result => result.endsWith(` of ${partition}`))
              .map(result => Number(result.split(/[ :]+/)[1]));
            assert.deepEqual(
              counts,
              counts.map((_, i) => i + 1),
            );
          }
        },
      ),
      { numRuns: 100 },
    );
  }
});

function resultOf({ value }: ConsumerRecord): string {
  return String(JSON.parse(String(value)));
}

/** The value of the record that a result is about. */
function originOf(record: ConsumerRecord): string {
  return resultOf(record).split(':')[0] ?? '';
}

/** The script gets the records after they have moved to another partition. */
function afterRepartition(script: Script): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream<string, string>('in', { dropNullValues: true })
    .selectKey((_key, value) => value)
    .repartition({ name: 'moved' })
    .peek(() => {}, { name: 'script' })
    .to('out');
  return scripted(builder.build(), { script });
}
