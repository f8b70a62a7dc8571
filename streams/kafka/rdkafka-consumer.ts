import { setImmediate as immediate } from 'node:timers/promises';
import kafka, { type KafkaConsumer, type Message } from 'node-rdkafka';
import type { ClusterConfig, StatisticsListener } from './client-config.js';
import { clientWarnings } from './client-warnings.js';
import { type CommittedAnswer, committedOffsets } from './committed-offsets.js';
import { consumerConfig } from './consumer-config.js';
import { EagerAssignment } from './eager-assignment.js';
import type { GroupAssignment } from './group-assignment.js';
import { checkGroupProtocol, type GroupProtocol } from './group-protocol.js';
import { IncrementalAssignment } from './incremental-assignment.js';
import type { Logger } from './logger.js';
import { fromMessageHeaders } from './message-headers.js';
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
import {
  type ConsumerRecord,
  type Headers,
  NO_HEADERS,
  type TopicPartition,
  type TopicPartitionOffset,
} from './record.js';
import { type Redaction, redactionOf } from './redaction.js';
import { TopicIds, unreadableTopic } from './topic-ids.js';
import { UnreadableBatches } from './unreadable-batches.js';

const ASSIGN_PARTITIONS = -175;
const UNKNOWN_TOPIC_OR_PARTITION = 3;
const NOT_IMPLEMENTED = -170;
const OFFSET_BEGINNING = -2;
const CALL_TIMEOUT_MS = 10_000;
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
  readonly #pollTimeoutMs: number;
  readonly #topicIds = new TopicIds();
  readonly #unreadable = new UnreadableBatches();
  /** Topics whose ids the client was made to log. */
  readonly #met = new Map<string, Promise<void>>();
  #ends: TopicPartitionOffset[] = [];
  /** The client keeps partitions paused through assignments. */
  #paused: TopicPartition[] = [];
  #listener: RebalanceListener | undefined;

  constructor(cluster: ClusterConfig, options: ConsumerOptions, logger: Logger, onStatistics?: StatisticsListener) {
    this.#logger = logger;
    this.#pollTimeoutMs = options.pollTimeoutMs;
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
    this.#client = new kafka.KafkaConsumer({ ...config, rebalance_cb: rebalance }, {});
    this.#assignment = this.#assignmentBy(protocol);
    this.#client.on('partition.eof', end => this.#ends.push(end));
    if (statistics !== undefined) this.#client.on('event.stats', ({ message }) => statistics(message));
    const warn = clientWarnings(`consumer ${options.clientId}`, logger);
    this.#client.on('event.error', ({ message }) => warn(message));
    this.#client.on('event.log', ({ fac, message }: { fac: string; message: string }) => {
      this.#topicIds.onLog(message);
      this.#unreadable.onLog(message);
      const unreadable = unreadableTopic(message);
      if (unreadable !== undefined) warn(unreadable);
      if (REPORTED_BY_LOG_ONLY.has(fac)) warn(message.replace(/^\[thrd:[^\]]*\]: /, ''));
    });
  }

  /** @internal For the group metadata of a producer's transaction. */
  get client(): KafkaConsumer {
    return this.#client;
  }

  get unreadable(): readonly UnreadableBatch[] {
    return this.#unreadable.all;
  }

  async connect(): Promise<void> {
    const connecting = promised('connect', done => this.#client.connect({ timeout: CALL_TIMEOUT_MS }, done));
    await redacted(this.#redact, connecting);
  }

  subscribe(topics: readonly string[], listener: RebalanceListener): void {
    this.#listener = listener;
    this.#client.subscribe([...topics]);
  }

  assign(partitions: readonly TopicPartitionOffset[]): void {
    this.#unreadable.clear();
    this.resume(this.#paused);
    this.#assignment.assign(partitions);
  }

  unassign(): void {
    this.#unreadable.clear();
    this.resume(this.#paused);
    this.#assignment.unassign();
  }

  pause(partitions: readonly TopicPartition[]): void {
    if (partitions.length === 0) return;
    const pausing = partitions.map(({ topic, partition }) => ({ topic, partition }));
    called('pause', () => this.#client.pause(pausing));
    this.#assignment.forgetEnds(pausing);
    this.#paused.push(...pausing);
  }

  resume(partitions: readonly TopicPartition[]): void {
    if (partitions.length === 0) return;
    const resuming = partitions.map(({ topic, partition }) => ({ topic, partition }));
    called('resume', () => this.#client.resume(resuming));
    this.#paused = this.#paused.filter(
      paused => !resuming.some(({ topic, partition }) => topic === paused.topic && partition === paused.partition),
    );
  }

  async poll(maxRecords: number): Promise<PolledBatch> {
    try {
      const batch = await this.#assignment.poll(() => this.#consume(maxRecords));
      this.#topicIds.check();
      return batch;
    } catch (error) {
      // A subscribed topic that does not exist (yet). The client keeps asking for it.
      if (!(error instanceof KafkaClientError && error.code === UNKNOWN_TOPIC_OR_PARTITION)) throw error;
      this.#logger.warn(error.message);
      return NOTHING;
    }
  }

  /**
   * Returns the available records, or waits for the next one. The client's own wait starts again with each record:
   * where records arrive slowly, it would continue until there are `maxRecords`.
   */
  async #consume(maxRecords: number): Promise<PolledBatch> {
    const ready = await this.#consumeWithin(0, maxRecords);
    const isEmpty = ready.length === 0 && this.#ends.length === 0;
    const messages = isEmpty ? await this.#consumeWithin(this.#pollTimeoutMs, 1) : ready;
    // The client reports the ends that it reached in this call before it returns the messages.
    const met = this.#ends;
    this.#ends = [];
    const records = messages.map(toRecord);
    const ends = met.filter(
      end => !records.some(r => r.topic === end.topic && r.partition === end.partition && r.offset >= end.offset),
    );
    return { records, ends };
  }

  async #consumeWithin(timeoutMs: number, maxRecords: number): Promise<Message[]> {
    this.#client.setDefaultConsumeTimeout(timeoutMs);
    try {
      return await promised<Message[]>('consume', done => this.#client.consume(maxRecords, done));
    } catch (error) {
      const isUnreadable = error instanceof KafkaClientError && error.code === NOT_IMPLEMENTED;
      if (isUnreadable && (await this.#leaveUnreadable())) return [];
      throw error;
    }
  }

  /**
   * The client fetches a batch that it can't decompress again and again, and each time a poll fails, with the ends of
   * other partitions. So the partition is paused. Returns false if the log does not name it.
   */
  async #leaveUnreadable(): Promise<boolean> {
    for (let turn = 0; turn < LOG_TURNS && !this.#unreadable.hasMet; turn++) await immediate();
    const met = this.#unreadable.takeMet();
    for (const { reason } of met) this.#logger.error(reason);
    this.pause(met);
    return met.length > 0;
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
      this.#client.committed(list, CALL_TIMEOUT_MS, done),
    );
    return committedOffsets(list, answers);
  }

  async partitionOffsets({ topic, partition }: TopicPartition): Promise<PartitionOffsets> {
    const { lowOffset, highOffset } = await promised<{ lowOffset: number; highOffset: number }>(
      `offsets of ${topic}-${partition}`,
      done => this.#client.queryWatermarkOffsets(topic, partition, CALL_TIMEOUT_MS, done),
    );
    return { low: lowOffset, high: highOffset };
  }

  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    await promised<void>('commit', done => {
      this.#client.commitSync(offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset })));
      done(null);
    });
  }

  async close(): Promise<void> {
    // An unanswered rebalance would keep the client from closing.
    if (this.#client.isConnected()) this.#assignment.close();
    await promised('disconnect', done => this.#client.disconnect(done));
  }

  #assignmentBy(protocol: GroupProtocol): GroupAssignment {
    const client = this.#client;
    const listener: RebalanceListener = {
      onPartitionsAssigned: partitions => this.#listener?.onPartitionsAssigned(partitions),
      onPartitionsRevoked: partitions => this.#listener?.onPartitionsRevoked(partitions),
    };
    if (protocol === 'classic') {
      return new EagerAssignment(
        { assign: partitions => client.assign(partitions.map(toStart)), unassign: () => client.unassign() },
        listener,
      );
    }
    return new IncrementalAssignment(
      {
        incrementalAssign: partitions =>
          called('incrementalAssign', () => client.incrementalAssign(partitions.map(toStart))),
        incrementalUnassign: partitions =>
          called('incrementalUnassign', () => client.incrementalUnassign([...partitions])),
      },
      listener,
      () => performance.now(),
    );
  }
}

function toStart({ topic, partition, offset }: TopicPartitionOffset): TopicPartitionOffset {
  return { topic, partition, offset: offset < 0 ? OFFSET_BEGINNING : offset };
}

/** The client's message is the record, except for its headers: copies would be most of the garbage. */
function toRecord(message: Message): ConsumerRecord {
  const { headers } = message;
  const record: object = message;
  (record as { headers: Headers }).headers = headers === undefined ? NO_HEADERS : fromMessageHeaders(headers);
  return record as ConsumerRecord;
}
