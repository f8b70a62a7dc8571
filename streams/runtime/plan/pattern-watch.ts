import type { Logger } from '../../kafka/logger.js';
import type { Ports } from '../../kafka/ports.js';
import { asError } from '../errors.js';
import type { SourceTopics } from './source-topics.js';
import type { TopologyPlan } from './task-plan.js';

export interface PatternWatchOptions {
  readonly sources: SourceTopics;
  readonly ports: Pick<Ports, 'clock' | 'admin'>;
  /** How often the cluster is asked, in milliseconds. */
  readonly everyMs: number;
  readonly logger: Logger;
}

/** Finds topics that match a pattern of the topology, and were created or deleted since it was planned. */
export class PatternWatch {
  readonly #options: PatternWatchOptions;
  #askedAt: number;
  #asking: Promise<void> | undefined;
  /** The topics that match, of an answer that was not compared yet. */
  #answer: ReadonlySet<string> | undefined;
  #plan: TopologyPlan | undefined;
  /** The subscription of the plan, with the changes that were reported. */
  #subscription: readonly string[] = [];
  /** Topics that the last answer did not have. */
  #missing: ReadonlySet<string> = new Set();

  constructor(options: PatternWatchOptions) {
    this.#options = options;
    this.#askedAt = options.ports.clock.monotonic();
  }

  /**
   * The topics to subscribe to, if they are others than those of the plan. Each change is returned once. Asks the
   * cluster in the background.
   */
  changed(plan: TopologyPlan): readonly string[] | undefined {
    const { sources, ports, everyMs } = this.#options;
    if (!sources.hasPatterns) return undefined;
    if (plan !== this.#plan) this.#begin(plan);
    if (this.#asking === undefined && ports.clock.monotonic() - this.#askedAt >= everyMs) this.#asking = this.#ask();
    const answer = this.#answer;
    this.#answer = undefined;
    return answer && this.#compare(answer);
  }

  /** Waits for the question in progress. */
  async close(): Promise<void> {
    await this.#asking;
  }

  #begin(plan: TopologyPlan): void {
    this.#plan = plan;
    this.#subscription = plan.inputTopics;
    this.#missing = new Set();
    this.#answer = undefined;
    this.#askedAt = this.#options.ports.clock.monotonic();
  }

  #compare(matching: ReadonlySet<string>): readonly string[] | undefined {
    const { sources, logger } = this.#options;
    const before = this.#subscription;
    const added = [...matching].filter(topic => !before.includes(topic));
    const missing = before.filter(topic => sources.isMatched(topic) && !matching.has(topic));
    // A broker that has just started may not know all topics yet.
    const deleted = missing.filter(topic => this.#missing.has(topic));
    this.#missing = new Set(missing);
    if (added.length === 0 && deleted.length === 0) return undefined;
    for (const topic of added) logger.info(`topic ${topic} matches a pattern, and is read from now on`);
    for (const topic of deleted) logger.warn(`topic ${topic}, which matches a pattern, was deleted`);
    this.#subscription = [...before.filter(topic => !deleted.includes(topic)), ...added];
    return this.#subscription;
  }

  async #ask(): Promise<void> {
    const { sources, ports, logger } = this.#options;
    const plan = this.#plan;
    const admin = ports.admin();
    try {
      const counts = await sources.partitionCounts(admin);
      const matching = new Set([...counts.keys()].filter(topic => sources.isMatched(topic)));
      if (plan === this.#plan) this.#answer = matching;
    } catch (error) {
      logger.warn(`the cluster did not say which topics match a pattern: ${asError(error).message}`);
    } finally {
      await admin.close().catch(() => {});
      this.#askedAt = ports.clock.monotonic();
      this.#asking = undefined;
    }
  }
}
