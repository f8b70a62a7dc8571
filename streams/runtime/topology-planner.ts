import { setTimeout as delay } from 'node:timers/promises';
import type { Topology } from '../dsl/graph/topology.js';
import type { Logger } from '../kafka/logger.js';
import { type Admin, KafkaClientError, type Ports } from '../kafka/ports.js';
import { createInternalTopics } from './plan/internal-topics.js';
import { changedPartitions } from './plan/partition-changes.js';
import { withCommittedIds } from './plan/sub-topology-ids.js';
import { planTopology, sourceTopics, type TopologyPlan } from './plan/task-plan.js';
import { applicationIdentity } from './state/application-identity.js';
import type { StateDirectory } from './state/state-directory.js';
import { checkApplicationShapes, committedTasks } from './state/store-shapes.js';
import type { StreamsConfig } from './streams-config.js';

const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 10_000;

/**
 * Plans a topology for the present cluster, and compares it with the state of the application. All of this must be
 * known before the process joins the group.
 */
export class TopologyPlanner {
  readonly #topology: Topology;
  readonly #config: StreamsConfig;
  readonly #ports: Ports;
  readonly #logger: Logger;
  #latest: TopologyPlan | undefined;

  constructor(topology: Topology, config: StreamsConfig, ports: Ports, logger: Logger) {
    this.#topology = topology;
    this.#config = config;
    this.#ports = ports;
    this.#logger = logger;
  }

  /** The latest plan; undefined before the first one. */
  get latest(): TopologyPlan | undefined {
    return this.#latest;
  }

  /**
   * Waits for the cluster and the source topics, and creates the internal topics. Resolves to undefined if `signal` is
   * aborted before. Rejects with a ChangedStoreError or a MovedStoreError if the topology can't continue the state of
   * the application.
   */
  async plan(directory: StateDirectory, signal: AbortSignal): Promise<TopologyPlan | undefined> {
    const admin = this.#ports.admin();
    try {
      for (let backoff = FIRST_BACKOFF_MS; !signal.aborted; backoff = Math.min(backoff * 2, MAX_BACKOFF_MS)) {
        const planned = await this.#attempt(admin, directory);
        if (typeof planned !== 'string') return planned;
        this.#logger.warn(`${planned}: trying again in ${backoff} ms`);
        await delay(backoff, undefined, { signal }).catch(() => {});
      }
      return undefined;
    } finally {
      await admin.close();
    }
  }

  /** The plan, or a text that says what is missing. */
  async #attempt(admin: Admin, directory: StateDirectory): Promise<TopologyPlan | string> {
    const { applicationId } = this.#config;
    const sources = sourceTopics(this.#topology);
    try {
      const counts = await admin.partitionCounts(sources);
      const missing = sources.filter(topic => !counts.has(topic));
      if (missing.length > 0) return `topic ${missing.join(', ')} does not exist`;
      const declared = planTopology(this.#topology, applicationId, counts);
      for (const change of changedPartitions(this.#latest, declared)) this.#logger.warn(change);
      await createInternalTopics(declared, admin, this.#config);
      await this.#checkApplication(directory, declared);
      const committed = await committedTasks(declared, this.#ports, `${applicationId}-stores`);
      checkApplicationShapes(declared, committed);
      this.#latest = withCommittedIds(declared, committed);
      return this.#latest;
    } catch (error) {
      if (error instanceof KafkaClientError) return error.message;
      throw error;
    }
  }

  /** State of another cluster, or of deleted topics, must not be mixed with records of this one. */
  async #checkApplication(directory: StateDirectory, { auditTopic }: TopologyPlan): Promise<void> {
    const known = directory.application;
    const clientId = `${this.#config.applicationId}-identity`;
    const application = await applicationIdentity(this.#ports, clientId, auditTopic, known);
    if (known !== undefined && known.id !== application.id) {
      this.#logger.warn(
        `the state in ${directory.location} is of another cluster, or the topics of the application were deleted: it is rebuilt`,
      );
    }
    await directory.adopt(application);
  }
}
