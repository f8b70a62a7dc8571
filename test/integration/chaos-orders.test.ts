import assert from 'node:assert/strict';
import { kafkaAvailable } from '../broker/kafka-broker.js';
import type { FaultKind } from '../chaos/faults/faults.js';
import { harmedOrders } from '../chaos/orders/harmed-orders.js';
import type { ChaosRunner } from '../chaos/runner.js';
import { failedRounds } from './chaos-rounds.js';

const SEED = 1;
/** CI plays more of them. */
const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 2);
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
  const runners: ChaosRunner[] = [];

  after(() => Promise.all(runners.map(runner => runner.close())));

  it(`loses and doubles nothing in any operator, in ${ROUNDS} rounds of the chaos runner`, async () => {
    const options = { application: harmedOrders, rounds: ROUNDS, seed: SEED, records: 5000, faults: 2, only: FAULTS };
    assert.deepEqual(await failedRounds(options, runners), []);
  });
});
