import assert from 'node:assert/strict';
import { kafkaAvailable } from '../broker/kafka-broker.js';
import { harmedUsers } from '../chaos/harmed-users.js';
import { type RoundResult, roundReport } from '../chaos/round-result.js';
import { ChaosRunner } from '../chaos/runner.js';

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
    const results: RoundResult[] = [];
    // A round waits for much: for sessions, windows, brokers. Two side by side take little longer than one.
    const half = Math.ceil(ROUNDS / 2);
    const play = async (rounds: number, seed: number): Promise<void> => {
      const runner = new ChaosRunner({
        application: harmedUsers,
        rounds,
        seed,
        records: 30_000,
        faults: 4,
        keep: false,
      });
      runners.push(runner);
      await runner.run(result => results.push(result));
    };
    await Promise.all([play(half, SEED), play(ROUNDS - half, SEED + half)]);
    assert.deepEqual(
      results.filter(({ differences }) => differences.length > 0).map(roundReport),
      [],
      'rounds that failed',
    );
    assert.equal(results.length, ROUNDS);
  });
});
