import type { GroupProtocol } from '../../streams/index.js';
import { type Cluster, startCluster } from './cluster.js';
import type { FaultKind } from './faults/faults.js';
import type { HarmedApplication } from './harmed-application.js';
import { planRound } from './plan.js';
import { Round } from './round.js';
import type { RoundResult } from './round-result.js';

/** As many as the plan's processes, and one that may come. */
const MEMBERS = 4;

export interface RunOptions {
  readonly application: HarmedApplication;
  readonly rounds: number;
  /** Of the first round; each following one has the next number. */
  readonly seed: number;
  /** Of the input of a round. */
  readonly records: number;
  /** Faults a round. */
  readonly faults: number;
  readonly only?: readonly FaultKind[];
  /** Drawn for each if not given. */
  readonly groupProtocol?: GroupProtocol;
  /** Keep the logs and the state of rounds that are right, too. */
  readonly keep: boolean;
}

/** Runs rounds of faults against one real broker. */
export class ChaosRunner {
  readonly #options: RunOptions;
  #cluster: Cluster | undefined;
  #round: Round | undefined;
  #closed = false;

  constructor(options: RunOptions) {
    this.#options = options;
  }

  /** Reports each round as it ends. Rejects if a round can't go on: that is no verdict. */
  async run(onRound: (result: RoundResult) => void): Promise<void> {
    const { application, rounds, seed, keep, ...options } = this.#options;
    const cluster = await startCluster(MEMBERS);
    this.#cluster = cluster;
    try {
      for (let number = 0; number < rounds && !this.#closed; number++) {
        const plan = planRound({ ...options, ...application.plan, seed: seed + number });
        this.#round = await Round.create(cluster, application, plan);
        onRound(await this.#round.run(keep));
        this.#round = undefined;
      }
    } finally {
      await this.#cluster?.close();
      this.#cluster = undefined;
    }
  }

  /** Ends all processes; the round that is under way fails. */
  async close(): Promise<void> {
    this.#closed = true;
    const [round, cluster] = [this.#round, this.#cluster];
    this.#round = undefined;
    this.#cluster = undefined;
    await Promise.all([round?.close(), cluster?.close()]);
  }
}
