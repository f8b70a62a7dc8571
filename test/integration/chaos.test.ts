import assert from 'node:assert/strict';
import { kafkaAvailable } from '../broker/kafka-broker.js';
import { harmedUsers } from '../chaos/harmed-users.js';
import type { ChaosRunner } from '../chaos/runner.js';
import { failedRounds } from './chaos-rounds.js';

/** In five rounds from here on most kinds of faults come, all that freeze processes, step clocks and send hostile records among them. */
const SEED = 656;
/** CI plays more of them. */
const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 2);

describe('the users application under fire, on a real broker', function () {
  this.timeout(600_000);
  const available = kafkaAvailable();
  if (!available.available) {
    it.skip(`skipped: ${available.reason}`);
    return;
  }
  const runners: ChaosRunner[] = [];

  after(() => Promise.all(runners.map(runner => runner.close())));

  it(`loses, doubles and delays nothing, in ${ROUNDS} rounds of the chaos runner`, async () => {
    const options = { application: harmedUsers, rounds: ROUNDS, seed: SEED, records: 30_000, faults: 4 };
    assert.deepEqual(await failedRounds(options, runners), []);
  });
});
