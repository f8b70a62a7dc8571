import { setImmediate as immediate } from 'node:timers/promises';
import kafka, { type KafkaConsumer } from 'node-rdkafka';
import {
  type ClusterConfig,
  DEFAULT_FETCHER,
  type LibrdkafkaConfig,
  type StatisticsListener,
} from './client-config.js';
import { clientWarnings } from './client-warnings.js';
import { type CommittedAnswer, committedOffsets } from './committed-offsets.js';
import { CONSUMER_TOPIC_CONFIG, consumerConfig, followsTopicIds } from './consumer-config.js';
import { EagerAssignment } from './eager-assignment.js';
import { withFetches } from './fetch/fetch-counts.js';
import { FetcherUnsuitableError, fetchSettings } from './fetch/fetch-settings.js';
import { FetcherSource } from './fetcher-source.js';
import type { GroupAssignment } from './group-assignment.js';
import { checkGroupProtocol, type GroupProtocol } from './group-protocol.js';
import { IncrementalAssignment } from './incremental-assignment.js';
import { LibrdkafkaSource } from './librdkafka-source.js';
import type { Logger } from './logger.js';
import { partitionOffsets } from './partition-offsets.js';
import {
  type Consumer,
  type ConsumerOptions,
  KafkaClientError,
  type PartitionOffsets,
  type PolledBatch,
  type RebalanceListener,
  type UnreadableBatch,
} from './ports.js';
import { called, promised, redacted } from './rdkafka-error.js';
import type { TopicPartition, TopicPartitionOffset } from './record.js';
import type { RecordSource } from './record-source.js';
import { type Redaction, redactionOf } from './redaction.js';
import { TopicIds, unreadableTopic } from './topic-ids.js';

const ASSIGN_PARTITIONS = -175;
const UNKNOWN_TOPIC_OR_PARTITION = 3;
const CALL_TIMEOUT_MS = 10_000;
/**
 * The offsets in a transaction of a killed process are not stable before a broker has aborted it: up to 10 s after its
 * time-out of at least 10 s (`transaction.abort.timed.out.transaction.cleanup.interval.ms`).
 */
const STABLE_OFFSETS_TIMEOUT_MS = 30_000;
/** After this number of turns of the event loop, the client's log lines have arrived. */
const LOG_TURNS = 3;
/**
 * What only the client's log has: the reason of a fatal error (the next call fails with `Fatal error`), and its return
 * to the beginning of a partition, because the broker does not have the next offset.
 */
const REPORTED_BY_LOG_ONLY: ReadonlySet<string> = new Set(['FATAL', 'OFFSET']);
const NOTHING: PolledBatch = Object.freeze({ records: [], ends: [] });

/** The consumer port on node-rdkafka. */
export class RdKafkaConsumer implements Consumer {
  readonly #client: KafkaConsumer;
  readonly #logger: Logger;
  readonly #redact: Redaction;
  readonly #assignment: GroupAssignment;
  /** Where the records come from. Chosen when the client connects. */
  #source: RecordSource;
  #fetcher: FetcherSource | undefined;
  readonly #topicIds = new TopicIds();
  /** Topics whose ids the client was made to log. */
  readonly #met = new Map<string, Promise<void>>();
  #listener: RebalanceListener | undefined;
  /** The poll in flight. */
  #polling: Promise<unknown> | undefined;

  constructor(cluster: ClusterConfig, options: ConsumerOptions, logger: Logger, onStatistics?: StatisticsListener) {
    this.#logger = logger;
    // A consumer without a group is a group of its own that never rebalances.
    const protocol = options.groupId === undefined ? 'classic' : (options.groupProtocol ?? 'classic');
    checkGroupProtocol(protocol, cluster);
    // A consumer without a group may not poll for a long time. Its statistics would accumulate in the client.
    const statistics = options.groupId === undefined ? undefined : onStatistics;
    this.#redact = redactionOf(cluster);
    const config = consumerConfig(cluster, options, protocol, statistics);
    const rebalance = (error: { code: number }, partitions: TopicPartition[]): void => {
      this.#assignment.onRebalance(error.code === ASSIGN_PARTITIONS ? 'assign' : 'revoke', partitions);
    };
    this.#client = new kafka.KafkaConsumer({ ...config, rebalance_cb: rebalance }, { ...CONSUMER_TOPIC_CONFIG });
    this.#assignment = this.#assignmentBy(protocol);
    if (statistics !== undefined) {
      this.#client.on('event.stats', ({ message }) => {
        statistics(this.#fetcher === undefined ? message : withFetches(message, this.#fetcher.counts));
      });
    }
    const warn = clientWarnings(`consumer ${options.clientId}`, logger);
    this.#client.on('event.error', ({ message }) => warn(message));
    this.#client.on('event.log', ({ fac, message }: { fac: string; message: string }) => {
      this.#topicIds.onLog(message);
      const unreadable = unreadableTopic(message);
      if (unreadable !== undefined) warn(unreadable);
      if (REPORTED_BY_LOG_ONLY.has(fac)) warn(message.replace(/^\[thrd:[^\]]*\]: /, ''));
    });
    this.#source = new LibrdkafkaSource(this.#client, logger, options.pollTimeoutMs);
    if ((cluster.fetcher ?? DEFAULT_FETCHER) === 'tributary') this.#fetcher = this.#ownFetcher(config, options, warn);
  }

  /** @internal For the group metadata of a producer's transaction. */
  get client(): KafkaConsumer {
    return this.#client;
  }

  get unreadable(): readonly UnreadableBatch[] {
    return this.#source.unreadable;
  }

  async connect(): Promise<void> {
    const connecting = promised('connect', done => this.#client.connect({ timeout: CALL_TIMEOUT_MS }, done));
    await redacted(this.#redact, connecting);
    await this.#connectFetcher();
  }

  subscribe(topics: readonly string[], listener: RebalanceListener): void {
    this.#listener = listener;
    this.#client.subscribe([...topics]);
  }

  assign(partitions: readonly TopicPartitionOffset[]): void {
    this.#source.reset();
    this.#assignment.assign(partitions);
  }

  unassign(): void {
    this.#source.reset();
    this.#assignment.unassign();
  }

  pause(partitions: readonly TopicPartition[]): void {
    if (partitions.length === 0) return;
    this.#source.pause(partitions);
    this.#assignment.forgetEnds(partitions);
  }

  resume(partitions: readonly TopicPartition[]): void {
    if (partitions.length > 0) this.#source.resume(partitions);
  }

  async poll(maxRecords: number): Promise<PolledBatch> {
    const polling = this.#assignment.poll(() => this.#source.poll(maxRecords));
    this.#polling = polling;
    try {
      const batch = await polling;
      this.#topicIds.check();
      return batch;
    } catch (error) {
      // A subscribed topic that does not exist (yet). The client keeps asking for it.
      if (!(error instanceof KafkaClientError && error.code === UNKNOWN_TOPIC_OR_PARTITION)) throw error;
      this.#logger.warn(error.message);
      return NOTHING;
    }
  }

  async topicId(topic: string): Promise<string | undefined> {
    let met = this.#met.get(topic);
    if (met === undefined) {
      met = this.#meet(topic);
      this.#met.set(topic, met);
      met.catch(() => this.#met.delete(topic));
    }
    await met;
    return this.#topicIds.get(topic);
  }

  /** Makes the client log the id of the topic. */
  async #meet(topic: string): Promise<void> {
    // The first call fetches the topic's metadata. With the second one the client registers the topic itself.
    await this.partitionOffsets({ topic, partition: 0 });
    called('partitionOffsets', () => this.#client.getWatermarkOffsets(topic, 0));
    for (let turn = 0; turn < LOG_TURNS && this.#topicIds.get(topic) === undefined; turn++) await immediate();
  }

  async committed(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]> {
    if (partitions.length === 0) return [];
    const list = partitions.map(({ topic, partition }) => ({ topic, partition }));
    const answers = await promised<readonly CommittedAnswer[]>('committed', done =>
      this.#client.committed(list, STABLE_OFFSETS_TIMEOUT_MS, done),
    );
    return committedOffsets(list, answers);
  }

  partitionOffsets(partition: TopicPartition): Promise<PartitionOffsets> {
    return partitionOffsets(this.#client, partition, CALL_TIMEOUT_MS);
  }

  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    await promised<void>('commit', done => {
      this.#client.commitSync(offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset })));
      done(null);
    });
  }

  /** Rebalances of the poll in flight are reported first: each must be answered once (see `GroupAssignment.close`). */
  async close(): Promise<void> {
    await this.#polling?.catch(() => {});
    // A callback of a poll may come after its result.
    await immediate();
    // An unanswered rebalance would keep the client from closing.
    if (this.#client.isConnected()) this.#assignment.close();
    await this.#source.close();
    await promised('disconnect', done => this.#client.disconnect(done));
  }

  /** undefined, with a line in the log, if the fetcher can't follow the configuration. */
  #ownFetcher(
    config: LibrdkafkaConfig,
    options: ConsumerOptions,
    warn: (message: string) => void,
  ): FetcherSource | undefined {
    const { clientId, pollTimeoutMs } = options;
    const host = {
      offsets: (partition: TopicPartition) => this.partitionOffsets(partition),
      onTopicId: (topic: string, id: string) => !followsTopicIds(options) || this.#topicIds.met(topic, id),
      warn,
      error: (message: string) => this.#logger.error(message),
    };
    try {
      return new FetcherSource(this.#client, fetchSettings(config), host, pollTimeoutMs);
    } catch (error) {
      if (!(error instanceof FetcherUnsuitableError)) throw error;
      this.#logger.info(`consumer ${clientId}: librdkafka fetches its records, not the fetcher: ${error.message}`);
      return undefined;
    }
  }

  async #connectFetcher(): Promise<void> {
    const fetcher = this.#fetcher;
    if (fetcher === undefined) return;
    try {
      await fetcher.connect();
      this.#source = fetcher;
    } catch (error) {
      await fetcher.close();
      this.#fetcher = undefined;
      const reason = error instanceof Error ? error.message : String(error);
      this.#logger.warn(`librdkafka fetches the records, since the fetcher does not reach the cluster: ${reason}`);
    }
  }

  #assignmentBy(protocol: GroupProtocol): GroupAssignment {
    const client = this.#client;
    const listener: RebalanceListener = {
      onPartitionsAssigned: partitions => this.#listener?.onPartitionsAssigned(partitions),
      onPartitionsRevoked: partitions => this.#listener?.onPartitionsRevoked(partitions),
    };
    if (protocol === 'classic') {
      return new EagerAssignment(
        {
          assign: partitions => {
            client.assign(partitions.map(each => this.#source.clientStart(each)));
            this.#source.assigned(partitions);
          },
          unassign: () => {
            client.unassign();
            this.#source.assigned([]);
          },
        },
        listener,
      );
    }
    return new IncrementalAssignment(
      {
        incrementalAssign: partitions => {
          called('incrementalAssign', () =>
            client.incrementalAssign(partitions.map(each => this.#source.clientStart(each))),
          );
          this.#source.added(partitions);
        },
        incrementalUnassign: partitions => {
          called('incrementalUnassign', () => client.incrementalUnassign([...partitions]));
          this.#source.removed(partitions);
        },
      },
      listener,
      () => performance.now(),
    );
  }
}
