import assert from 'node:assert/strict';
import { kafkaAvailable } from '../broker/kafka-broker.js';
import type { FaultKind } from '../chaos/faults/faults.js';
import { harmedOrders } from '../chaos/orders/harmed-orders.js';
import { type RoundResult, roundReport } from '../chaos/round-result.js';
import { ChaosRunner } from '../chaos/runner.js';

const SEED = 1;
/** CI plays more of them. */
const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 1);
/** Those after which a round need not wait for a transaction or a session of a minute. */
const FAULTS: readonly FaultKind[] = [
  'kill',
  'crash-offsets',
  'crash-commit',
  'crash-batch',
  'crash-rebalance',
  'crash-close',
  'add',
  'remove',
  'broker-kill',
  'cut',
  'slow',
  'read-error',
  'truncate',
  'delete-state',
];

describe('the orders topology under fire, on a real broker', function () {
  this.timeout(600_000);
  const available = kafkaAvailable();
  if (!available.available) {
    it.skip(`skipped: ${available.reason}`);
    return;
  }
  let runner: ChaosRunner | undefined;

  after(() => runner?.close());

  it(`loses and doubles nothing in any operator, in ${ROUNDS} rounds of the chaos runner`, async () => {
    const results: RoundResult[] = [];
    runner = new ChaosRunner({
      application: harmedOrders,
      rounds: ROUNDS,
      seed: SEED,
      records: 5000,
      faults: 2,
      only: FAULTS,
      keep: false,
    });
    await runner.run(result => results.push(result));
    assert.deepEqual(
      results.filter(({ differences }) => differences.length > 0).map(roundReport),
      [],
      'rounds that failed',
    );
    assert.equal(results.length, ROUNDS);
  });
});
