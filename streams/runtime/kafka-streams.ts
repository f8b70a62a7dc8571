import { setTimeout as delay } from 'node:timers/promises';
import type { Topology } from '../dsl/graph/topology.js';
import type { Logger } from '../kafka/logger.js';
import { KafkaClientError, type Ports } from '../kafka/ports.js';
import { asError, RetryError } from './errors.js';
import { createInternalTopics } from './plan/internal-topics.js';
import { changedPartitions, isPlanOutdated, PartitionsChangedError } from './plan/partition-changes.js';
import { auditTopicOf, planTopology, type TopologyPlan } from './plan/task-plan.js';
import { InteractiveQueries } from './queries/interactive-queries.js';
import { InvalidStateStoreError } from './queries/invalid-state-store-error.js';
import {
  type ReadOnlyKeyValueStore,
  type ReadOnlyStore,
  type ReadOnlyWindowStore,
  readOnlyStore,
} from './queries/read-only-store.js';
import { StoreOwners } from './queries/store-owners.js';
import type { RestoreProgress } from './restore/changelog-reader.js';
import { applicationIdentity } from './state/application-identity.js';
import { type StateDirectory, takeSlot } from './state/state-directory.js';
import { checkApplicationShapes } from './state/store-shapes.js';
import { isStateError } from './state-error.js';
import type { ProcessStatus, TaskStatus } from './status/process-status.js';
import { noMetrics, type StreamsMetrics } from './status/streams-metrics.js';
import { mayBecome, type StreamsState } from './status/streams-state.js';
import { type StreamsConfig, type StreamsOptions, streamsConfig } from './streams-config.js';
import { Worker, type WorkerOptions } from './worker/worker.js';

const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 10_000;
/** A worker that ran for so long did not fail for what the one before failed for. */
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

export interface StoreOptions {
  /** Default: false. */
  readonly stale?: boolean;
}

/**
 * A topology at work: one member of the application's group (Java: `KafkaStreams`). It begins with `start` and goes on until
 * `close`, or until an error that a new client can't help: then `stopped` rejects.
 */
export class KafkaStreams {
  readonly #topology: Topology;
  readonly #config: StreamsConfig;
  readonly #dependencies: KafkaStreamsDependencies;
  /** Questions to the stores of the application, answered here or told where. */
  readonly queries: InteractiveQueries;
  readonly #owners: StoreOwners;
  readonly #closing = new AbortController();
  #state: StreamsState = 'CREATED';
  #error: string | null = null;
  #plan: TopologyPlan | undefined;
  #directory: StateDirectory | undefined;
  #worker: Worker | undefined;
  #stopped: Promise<void> | undefined;
  #draining: { readonly resolve: () => void } | undefined;

  /** Throws a ConfigError that names the option that is wrong. */
  constructor(topology: Topology, options: StreamsOptions, dependencies: KafkaStreamsDependencies) {
    this.#topology = topology;
    this.#config = streamsConfig(options);
    this.#dependencies = dependencies;
    const { applicationId } = this.#config;
    this.#owners = new StoreOwners({
      ports: dependencies.ports,
      clientId: `${applicationId}-store-owners`,
      auditTopic: auditTopicOf(applicationId),
      logger: dependencies.logger,
    });
    this.queries = new InteractiveQueries({
      plan: () => this.#plan,
      tasks: () => this.#worker?.tasks ?? [],
      staleState: taskId => this.#worker?.staleState(taskId),
      owners: this.#owners,
    });
  }

  get state(): StreamsState {
    return this.#state;
  }

  /** The tasks of this process, with what each has done since the application began. */
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
      unreadable: this.#worker?.unreadable ?? [],
    };
  }

  /**
   * The partitions of a store that are at this process, to read while the application runs; ask `queries` for the whole
   * store. With `stale`, the partitions of standbys and of tasks that are being restored are read too: what they have may be old
   * (Java: `StoreQueryParameters.enableStaleStores`). Throws an InvalidStateStoreError if the topology has no such store, or it is
   * of another kind than `kind`.
   */
  store<K, V>(name: string, kind?: undefined, options?: StoreOptions): ReadOnlyStore<K, V>;
  store<K, V>(name: string, kind: 'keyValue', options?: StoreOptions): ReadOnlyKeyValueStore<K, V>;
  store<K, V>(name: string, kind: 'window', options?: StoreOptions): ReadOnlyWindowStore<K, V>;
  store<K, V>(name: string, kind?: 'keyValue' | 'window', { stale = false }: StoreOptions = {}): ReadOnlyStore<K, V> {
    const store = readOnlyStore<K, V>(this.queries, name, stale);
    if (kind === undefined || store.kind === kind) return store;
    throw new InvalidStateStoreError('WRONG_KIND', `store ${name} is of kind ${store.kind}`);
  }

  /** Begins; waits for the cluster and the source topics in the background. */
  start(): void {
    if (this.#state !== 'CREATED') throw new Error(`start: the application is ${this.#state}`);
    this.#become('REBALANCING');
    this.#stopped = this.#run();
    this.#stopped.catch(() => {});
  }

  /** Resolves when the application has stopped after `close`; rejects with what stopped it otherwise. */
  get stopped(): Promise<void> {
    return this.#stopped ?? Promise.resolve();
  }

  /** Resolves when all that is in the input now is processed and committed, with all windows closed: no input may follow. */
  async drain(): Promise<void> {
    const drained = new Promise<void>(resolve => {
      this.#draining = { resolve };
    });
    await Promise.race([drained, this.stopped]);
  }

  /** A last commit, then everything is closed. Its place in the group is kept for a restart until the session times out. */
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
      const { takeDirectory = diskSlot, logger } = this.#dependencies;
      const directory = await takeDirectory(this.#config, logger);
      this.#directory = directory;
      logger.info(`instance ${directory.instanceId}, state in ${directory.location}`);
      let plan = await this.#planned(directory);
      let backoff = FIRST_BACKOFF_MS;
      while (!this.#closed && plan !== undefined) {
        const startedAt = this.#dependencies.ports.clock.monotonic();
        const error = await this.#runWorker(new Worker(this.#workerOptions(directory), plan));
        if (error === undefined) break;
        if (this.#closed) {
          this.#dependencies.logger.warn(`closed without a last commit: ${error.message}`);
          break;
        }
        if (this.#dependencies.ports.clock.monotonic() - startedAt > HEALTHY_AFTER_MS) backoff = FIRST_BACKOFF_MS;
        this.#dependencies.logger.error(`worker stopped, a new one follows in ${backoff} ms: ${error.message}`);
        this.#become('REBALANCING');
        await this.#pause(backoff);
        backoff = Math.min(backoff * 2, MAX_BACKOFF_MS);
        if (isPlanOutdated(error)) plan = await this.#planned(directory);
      }
      this.#become('NOT_RUNNING');
    } catch (error) {
      this.#error = asError(error).message;
      this.#become('ERROR');
      throw error;
    } finally {
      await this.#owners.close();
      await this.#directory?.release();
    }
  }

  /** State of another cluster, or of topics that were deleted, would be mixed with what comes from this one. */
  async #checkApplication(directory: StateDirectory, { auditTopic }: TopologyPlan): Promise<void> {
    const { ports, logger } = this.#dependencies;
    const clientId = `${this.#config.applicationId}-identity`;
    const known = directory.application;
    const application = await applicationIdentity(ports, clientId, auditTopic, known);
    if (known !== undefined && known.id !== application.id) {
      logger.warn(
        `the state in ${directory.location} is of another cluster, or the topics of the application were deleted: it is rebuilt`,
      );
    }
    await directory.adopt(application);
  }

  #workerOptions(directory: StateDirectory): WorkerOptions {
    const { ports, logger, metrics = noMetrics, onRestore = (): void => {} } = this.#dependencies;
    return {
      config: this.#config,
      ports,
      directory,
      logger,
      metrics,
      auditTable: () => this.#owners.table,
      silentInstances: () => this.#owners.silentInstances,
      onRestore,
      onAssignment: state => this.#become(state === 'running' ? 'RUNNING' : 'REBALANCING'),
    };
  }

  /**
   * Runs until `close`, or an error that a new worker may get over (of the client, damaged state, which it rebuilds, or a plan that no
   * longer fits): that is returned. Other errors are thrown.
   */
  async #runWorker(worker: Worker): Promise<Error | undefined> {
    this.#worker = worker;
    try {
      await worker.start();
      while (!this.#closed) {
        await worker.runOnce();
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

  /** Waits for the cluster and the source topics; undefined if the application is closed before they are there. */
  async #planned(directory: StateDirectory): Promise<TopologyPlan | undefined> {
    const { ports, logger } = this.#dependencies;
    const admin = ports.admin();
    const sources = this.#topology.subTopologies.flatMap(sub => sub.sources.flatMap(source => source.topics));
    try {
      for (let backoff = FIRST_BACKOFF_MS; !this.#closed; backoff = Math.min(backoff * 2, MAX_BACKOFF_MS)) {
        const waitingFor = await this.#waitingFor(async () => {
          const counts = await admin.partitionCounts(sources);
          const missing = sources.filter(topic => !counts.has(topic));
          if (missing.length > 0) return `topic ${missing.join(', ')} does not exist`;
          const plan = planTopology(this.#topology, this.#config.applicationId, counts);
          for (const change of changedPartitions(this.#plan, plan)) logger.warn(change);
          await createInternalTopics(plan, admin, this.#config);
          await this.#checkApplication(directory, plan);
          await checkApplicationShapes(plan, ports, `${this.#config.applicationId}-stores`);
          this.#plan = plan;
          return plan;
        });
        if (typeof waitingFor !== 'string') return waitingFor;
        logger.warn(`${waitingFor}: trying again in ${backoff} ms`);
        await this.#pause(backoff);
      }
      return undefined;
    } finally {
      await admin.close();
    }
  }

  async #waitingFor(attempt: () => Promise<TopologyPlan | string>): Promise<TopologyPlan | string> {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof KafkaClientError) return error.message;
      throw error;
    }
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

function diskSlot(config: StreamsConfig, logger: Logger): Promise<StateDirectory> {
  return takeSlot(config.stateDir, config.applicationId, logger);
}
