import type { Topology } from '../dsl/graph/topology.js';
import { createInternalTopics } from '../runtime/plan/internal-topics.js';
import { SourceTopics } from '../runtime/plan/source-topics.js';
import { planTopology, type TopologyPlan } from '../runtime/plan/task-plan.js';
import type { StreamsConfig } from '../runtime/streams-config.js';
import type { InMemoryCluster } from './in-memory-cluster.js';

/** Does what `TopologyPlanner` does, and does not wait. */
export class DriverPlanner {
  readonly sources: SourceTopics;
  readonly #topology: Topology;
  readonly #config: StreamsConfig;
  readonly #cluster: InMemoryCluster;
  #lacking: string | undefined;
  #latest: TopologyPlan | undefined;

  constructor(topology: Topology, config: StreamsConfig, cluster: InMemoryCluster) {
    this.sources = new SourceTopics(topology, config);
    this.#topology = topology;
    this.#config = config;
    this.#cluster = cluster;
  }

  /** Throws while there is none. */
  get latest(): TopologyPlan {
    if (this.#latest === undefined) throw new Error(`the application waits: ${this.#lacking}`);
    return this.#latest;
  }

  /** Resolves to false while a pattern has no topic. Rejects with a TopologyError. */
  async plan(): Promise<boolean> {
    const admin = this.#cluster.ports.admin();
    const counts = await this.sources.partitionCounts(admin);
    this.#lacking = this.sources.lacking(counts);
    if (this.#lacking !== undefined) return false;
    const plan = planTopology(this.#topology, this.#config.applicationId, counts);
    await createInternalTopics(plan, admin, this.#config);
    this.#latest = plan;
    return true;
  }
}
