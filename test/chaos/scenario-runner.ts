import { type Cluster, startCluster } from './cluster.js';
import { Deployment } from './deployment.js';
import type { Scenario, Stage } from './scenarios/scenario.js';

export interface ScenarioOptions {
  readonly seed: number;
  /** What the scenario says if not given. */
  readonly users: number | undefined;
  /** Keep logs and state where all is right, too. */
  readonly keep: boolean;
}

/** Plays a scenario against a real broker of its own. */
export class ScenarioRunner {
  readonly #scenario: Scenario;
  readonly #options: ScenarioOptions;
  readonly #report: (line: string) => void;
  readonly #deployments: Deployment[] = [];
  #cluster: Cluster | undefined;

  /** `report` is given the report, line by line. */
  constructor(scenario: Scenario, options: ScenarioOptions, report: (line: string) => void) {
    this.#scenario = scenario;
    this.#options = options;
    this.#report = report;
  }

  /** Resolves with what is not as it must be. What keeps the scenario from going on is no exception. */
  async run(): Promise<readonly string[]> {
    const failures: string[] = [];
    const cluster = await startCluster(0, this.#scenario.broker);
    this.#cluster = cluster;
    const stage: Stage = {
      cluster,
      seed: this.#options.seed,
      users: this.#options.users ?? this.#scenario.users,
      deploy: (processes, environment) => this.#deploy(cluster, processes, environment),
      report: this.#report,
      fail: text => failures.push(text),
    };
    try {
      await this.#scenario.run(stage);
    } catch (error) {
      failures.push(`it could not go on: ${error instanceof Error ? error.stack : String(error)}`);
    }
    if (this.#scenario.mayEnd !== true) {
      failures.push(...this.#deployments.flatMap(({ members }) => members.all.flatMap(({ ownEnds }) => ownEnds)));
    }
    const kept = this.#options.keep || failures.length > 0;
    await this.#end(kept);
    if (kept && this.#deployments.length > 0)
      this.#report(`kept: ${this.#deployments.map(({ directory }) => directory).join(', ')}`);
    return failures;
  }

  /** Ends all processes, and removes what they wrote. */
  async close(): Promise<void> {
    await this.#end(false);
  }

  async #deploy(
    { broker }: Cluster,
    processes: number,
    environment: Readonly<Record<string, string>>,
  ): Promise<Deployment> {
    const addresses = new Array<string>(processes).fill(broker.address);
    const deployment = await Deployment.create({ name: String(this.#options.seed), addresses, environment });
    this.#deployments.push(deployment);
    return deployment;
  }

  async #end(kept: boolean): Promise<void> {
    for (const deployment of this.#deployments) {
      await deployment.close();
      await (kept ? deployment.keep() : deployment.remove());
    }
    const cluster = this.#cluster;
    this.#cluster = undefined;
    await cluster?.close();
  }
}
