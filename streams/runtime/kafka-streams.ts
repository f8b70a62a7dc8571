import { setTimeout as delay } from 'node:timers/promises';
import type { Topology } from '../dsl/graph/topology.js';
import { auditTopicOf } from '../kafka/internal-topic-names.js';
import type { Logger } from '../kafka/logger.js';
import { KafkaClientError, type Ports } from '../kafka/ports.js';
import { asError, RetryError } from './errors.js';
import { isPlanOutdated, PartitionsChangedError, SourceTopicsChangedError } from './plan/partition-changes.js';
import { PatternWatch } from './plan/pattern-watch.js';
import type { TopologyPlan } from './plan/task-plan.js';
import { InteractiveQueries } from './queries/interactive-queries.js';
import { openStore, type StoreOptions } from './queries/open-store.js';
import type {
  ReadOnlyKeyValueStore,
  ReadOnlySessionStore,
  ReadOnlyStore,
  ReadOnlyStores,
  ReadOnlyVersionedKeyValueStore,
  ReadOnlyWindowStore,
} from './queries/read-only-stores.js';
import { StoreOwners } from './queries/store-owners.js';
import type { RestoreProgress } from './restore/changelog-reader.js';
import { type StateDirectory, takeSlot } from './state/state-directory.js';
import { isStateError } from './state-error.js';
import type { ProcessStatus, TaskStatus } from './status/process-status.js';
import { noMetrics, type StreamsMetrics } from './status/streams-metrics.js';
import { mayBecome, type StreamsState } from './status/streams-state.js';
import { type StreamsConfig, type StreamsOptions, streamsConfig } from './streams-config.js';
import { TopologyPlanner } from './topology-planner.js';
import { Worker } from './worker/worker.js';
import type { WorkerOptions } from './worker/worker-parts.js';

const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 10_000;
/** After a worker has run for this long, a failure has another cause than the previous one. */
const HEALTHY_AFTER_MS = 60_000;

export interface KafkaStreamsDependencies {
  readonly ports: Ports;
  readonly logger: Logger;
  /** Default: a slot on disk under the option `stateDir`. */
  readonly takeDirectory?: (config: StreamsConfig, logger: Logger) => Promise<StateDirectory>;
  readonly metrics?: StreamsMetrics;
  readonly onStateChange?: (state: StreamsState) => void;
  readonly onRestore?: (progress: RestoreProgress) => void;
}

/**
 * A running topology: one member of the application's group (Java: `KafkaStreams`). It begins with `start`, and runs
 * until `close` or until an error that a new client can't repair. Then `stopped` rejects.
 *
 * ```ts
 * orders.to('copy');
 * const ports = rdKafkaPorts({ brokers: 'localhost:9092', clientId: 'copies' }, console);
 * const streams = new KafkaStreams(builder.build(), { applicationId: 'copies' }, { ports, logger: console });
 * streams.start();
 * process.once('SIGTERM', () => streams.close());
 * await streams.stopped;
 * ```
 */
export class KafkaStreams {
  readonly #planner: TopologyPlanner;
  readonly #config: StreamsConfig;
  readonly #dependencies: KafkaStreamsDependencies;
  /** Queries of the application's stores. They are answered here, or say which process can answer. */
  readonly queries: InteractiveQueries;
  readonly #owners: StoreOwners;
  readonly #patterns: PatternWatch;
  readonly #closing = new AbortController();
  #state: StreamsState = 'CREATED';
  #error: string | null = null;
  #directory: StateDirectory | undefined;
  #worker: Worker | undefined;
  #stopped: Promise<void> | undefined;
  #draining: { readonly resolve: () => void } | undefined;

  /** Throws a ConfigError that names the option that is wrong. */
  constructor(topology: Topology, options: StreamsOptions, dependencies: KafkaStreamsDependencies) {
    this.#config = streamsConfig(options);
    this.#dependencies = dependencies;
    this.#planner = new TopologyPlanner(topology, this.#config, dependencies.ports, dependencies.logger);
    const { applicationId } = this.#config;
    this.#owners = new StoreOwners({
      ports: dependencies.ports,
      clientId: `${applicationId}-store-owners`,
      auditTopic: auditTopicOf(applicationId),
      logger: dependencies.logger,
    });
    this.#patterns = new PatternWatch({
      sources: this.#planner.sources,
      ports: dependencies.ports,
      everyMs: this.#config.metadataMaxAgeMs,
      logger: dependencies.logger,
    });
    this.queries = new InteractiveQueries({
      plan: () => this.#planner.latest,
      tasks: () => this.#worker?.tasks ?? [],
      globalState: store => this.#worker?.globalState(store),
      staleState: taskId => this.#worker?.staleState(taskId),
      owners: this.#owners,
    });
  }

  get state(): StreamsState {
    return this.#state;
  }

  /** The tasks of this process, with their counts since the application began. */
  get tasks(): readonly TaskStatus[] {
    return this.#worker?.taskStatus ?? [];
  }

  get status(): ProcessStatus {
    const { applicationId, applicationServer } = this.#config;
    return {
      applicationId,
      instance: this.#directory?.instanceId ?? null,
      host: applicationServer ?? null,
      state: this.#state,
      error: this.#error,
      tasks: this.tasks,
      standbys: this.#worker?.standbyStatus ?? [],
      globalStores: this.#worker?.globalStatus ?? [],
      unreadable: this.#worker?.unreadable ?? [],
    };
  }

  /**
   * The partitions of a store in this process, to read while the application runs. Use `queries` for the whole store.
   * With `stale`, the partitions of standbys and of tasks that are being restored are read too, and may be old (Java:
   * `StoreQueryParameters.enableStaleStores`). A versioned store is of the kinds `versionedKeyValue` and `keyValue`, which
   * has its newest versions. Throws an InvalidStateStoreError if the topology has no such store, or if its kind is not
   * `kind`.
   *
   * ```ts
   * async function clicksOf(streams: KafkaStreams, customer: string): Promise<number> {
   *   return (await streams.store<string, number>('clicks', 'keyValue').get(customer)) ?? 0;
   * }
   * ```
   */
  store<K, V>(name: string, kind?: undefined, options?: StoreOptions): ReadOnlyStore<K, V>;
  store<K, V>(name: string, kind: 'keyValue', options?: StoreOptions): ReadOnlyKeyValueStore<K, V>;
  store<K, V>(name: string, kind: 'versionedKeyValue', options?: StoreOptions): ReadOnlyVersionedKeyValueStore<K, V>;
  store<K, V>(name: string, kind: 'window', options?: StoreOptions): ReadOnlyWindowStore<K, V>;
  store<K, V>(name: string, kind: 'session', options?: StoreOptions): ReadOnlySessionStore<K, V>;
  store<K, V>(
    name: string,
    kind?: keyof ReadOnlyStores<K, V>,
    { stale = false }: StoreOptions = {},
  ): ReadOnlyStore<K, V> | ReadOnlyVersionedKeyValueStore<K, V> {
    return openStore<K, V>(this.queries, name, kind, stale);
  }

  /** Begins. Waits in the background for the cluster and the source topics. */
  start(): void {
    if (this.#state !== 'CREATED') throw new Error(`start: the application is ${this.#state}`);
    this.#become('REBALANCING');
    this.#stopped = this.#run();
    this.#stopped.catch(() => {});
  }

  /** Resolves when the application has stopped after `close`. Otherwise rejects with the error that stopped it. */
  get stopped(): Promise<void> {
    return this.#stopped ?? Promise.resolve();
  }

  /** Resolves when the present input is processed and committed, and all windows are closed. No input may follow. */
  async drain(): Promise<void> {
    const drained = new Promise<void>(resolve => {
      this.#draining = { resolve };
    });
    await Promise.race([drained, this.stopped]);
  }

  /**
   * Commits a last time, then closes everything. The group keeps the member's place for a restart until the session
   * times out.
   */
  async close(): Promise<void> {
    if (this.#state === 'CREATED') {
      this.#become('PENDING_SHUTDOWN');
      this.#become('NOT_RUNNING');
    }
    if (this.#state !== 'ERROR' && this.#state !== 'NOT_RUNNING') this.#become('PENDING_SHUTDOWN');
    this.#closing.abort();
    await this.stopped;
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #run(): Promise<void> {
    try {
      const { takeDirectory, logger } = this.#dependencies;
      const { stateDir, applicationId } = this.#config;
      const directory = await (takeDirectory?.(this.#config, logger) ?? takeSlot(stateDir, applicationId, logger));
      this.#directory = directory;
      logger.info(`instance ${directory.instanceId}, state in ${directory.location}`);
      let plan = await this.#planner.plan(directory, this.#closing.signal);
      let backoff = FIRST_BACKOFF_MS;
      while (!this.#closed && plan !== undefined) {
        const startedAt = this.#dependencies.ports.clock.monotonic();
        const options = this.#workerOptions(directory, await this.#memberId(directory, plan));
        const error = await this.#runWorker(new Worker(options, plan), plan);
        if (error === undefined) break;
        if (this.#closed) {
          this.#dependencies.logger.warn(`closed without a last commit: ${error.message}`);
          break;
        }
        if (this.#dependencies.ports.clock.monotonic() - startedAt > HEALTHY_AFTER_MS) backoff = FIRST_BACKOFF_MS;
        this.#become('REBALANCING');
        if (error instanceof SourceTopicsChangedError) await directory.resubscribed(error.topics);
        else {
          logger.error(`worker stopped, a new one follows in ${backoff} ms: ${error.message}`);
          await this.#pause(backoff);
          backoff = Math.min(backoff * 2, MAX_BACKOFF_MS);
        }
        // A topic that matched may have been deleted.
        if (isPlanOutdated(error) || this.#planner.sources.hasPatterns)
          plan = await this.#planner.plan(directory, this.#closing.signal);
      }
      this.#become('NOT_RUNNING');
    } catch (error) {
      this.#error = asError(error).message;
      this.#become('ERROR');
      throw error;
    } finally {
      await this.#patterns.close();
      await this.#owners.close();
      await this.#directory?.release();
    }
  }

  /** With the consumer protocol a broker notices another subscription by itself. */
  async #memberId(directory: StateDirectory, { inputTopics }: TopologyPlan): Promise<string> {
    return this.#config.groupProtocol === 'classic' ? await directory.memberId(inputTopics) : directory.instanceId;
  }

  #workerOptions(directory: StateDirectory, memberId: string): WorkerOptions {
    const { ports, logger, metrics = noMetrics, onRestore = (): void => {} } = this.#dependencies;
    return {
      config: this.#config,
      ports,
      directory,
      memberId,
      logger,
      metrics,
      auditTable: () => this.#owners.table,
      silentInstances: () => this.#owners.silentInstances,
      onRestore,
      onAssignment: state => this.#become(state === 'running' ? 'RUNNING' : 'REBALANCING'),
    };
  }

  /**
   * Runs until `close`, or until an error that a new worker may repair: an error of the client, damaged state (which is
   * rebuilt), or a plan that does not fit any more. Returns that error. Throws other errors.
   */
  async #runWorker(worker: Worker, plan: TopologyPlan): Promise<Error | undefined> {
    this.#worker = worker;
    let topics: readonly string[] | undefined;
    try {
      await worker.start();
      while (!this.#closed) {
        await worker.runOnce();
        topics = this.#patterns.changed(plan) ?? topics;
        if (topics !== undefined && (await worker.resubscribe(topics))) topics = undefined;
        if (this.#draining !== undefined) await this.#drainStep(worker, this.#draining);
      }
      await worker.close();
      return undefined;
    } catch (error) {
      await worker.close(true);
      const isPassing = error instanceof KafkaClientError || error instanceof RetryError || isStateError(error);
      if (isPassing || error instanceof PartitionsChangedError) return error;
      throw error;
    } finally {
      this.#worker = undefined;
    }
  }

  async #drainStep(worker: Worker, draining: { readonly resolve: () => void }): Promise<void> {
    worker.endInput();
    if (!worker.drained) return;
    await worker.commit();
    this.#draining = undefined;
    draining.resolve();
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#closing.signal }).catch(() => {});
  }

  #become(state: StreamsState): void {
    if (state === this.#state || !mayBecome(this.#state, state)) return;
    this.#state = state;
    this.#dependencies.onStateChange?.(state);
  }
}
