import kafka, { type Producer as Client, type IAdminClient } from 'node-rdkafka';
import { type ClusterConfig, DEFAULT_FETCHER, type LibrdkafkaConfig, librdkafkaConfig } from './client-config.js';
import { attemptTimeoutMs, connectOnce, noAnswer, onConnectionFailure } from './connect-attempt.js';
import { FetcherUnsuitableError, fetchSettings } from './fetch/fetch-settings.js';
import { type Admin, KafkaClientError, type TopicConfig } from './ports.js';
import { clientError, promised } from './rdkafka-error.js';
import { TopicCreation } from './topic-creation.js';

const CALL_TIMEOUT_MS = 10_000;
const TOPIC_ALREADY_EXISTS = 36;
const INVALID_PARTITIONS = 37;
const UNKNOWN_TOPIC_OR_PARTITION = 3;

interface TopicMetadata {
  readonly name: string;
  readonly partitions: readonly unknown[];
}

/** The admin port on node-rdkafka. A producer client gives the metadata, because the admin client has none. */
export class RdKafkaAdmin implements Admin {
  readonly #admin: IAdminClient;
  readonly #brokers: string;
  readonly #config: LibrdkafkaConfig;
  readonly #embedded: boolean;
  readonly #creation: TopicCreation | undefined;
  #client: Client;
  #connected: Promise<void> | undefined;
  #attempts = 0;

  constructor(cluster: ClusterConfig) {
    const config = librdkafkaConfig(cluster, { 'client.id': `${cluster.clientId}-admin` });
    this.#brokers = cluster.brokers;
    this.#config = config;
    this.#embedded = cluster.embedded ?? false;
    this.#creation = creationFor(cluster, config);
    this.#admin = kafka.AdminClient.create(config);
    this.#client = new kafka.Producer(config, {});
  }

  async partitionCounts(topics?: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const metadata = await this.#metadata();
    const wanted = topics && new Set(topics);
    return new Map(
      metadata
        .filter(({ name, partitions }) => wanted?.has(name) !== false && partitions.length > 0)
        .map(t => [t.name, t.partitions.length]),
    );
  }

  async createTopic(topic: string, { partitions, config }: TopicConfig): Promise<void> {
    if (this.#embedded) {
      await this.#metadata(topic);
      return;
    }
    if ((await this.#creation?.create(topic, { partitions, config })) === true) return;
    try {
      await promised<void>(`create topic ${topic}`, done =>
        this.#admin.createTopic(
          // -1 is the broker's default, so the same code fits a single node and a cluster.
          { topic, num_partitions: partitions, replication_factor: -1, config: { ...config } },
          CALL_TIMEOUT_MS,
          done,
        ),
      );
    } catch (error) {
      if (!(error instanceof KafkaClientError && error.code === TOPIC_ALREADY_EXISTS)) throw error;
    }
  }

  async createPartitions(topic: string, total: number): Promise<void> {
    try {
      await promised<void>(`create partitions of ${topic}`, done =>
        this.#admin.createPartitions(topic, total, CALL_TIMEOUT_MS, done),
      );
    } catch (error) {
      // If several processes create them at the same time, the others find that they exist.
      if (!(error instanceof KafkaClientError && error.code === INVALID_PARTITIONS)) throw error;
    }
  }

  async deleteTopic(topic: string): Promise<void> {
    try {
      await promised<void>(`delete topic ${topic}`, done => this.#admin.deleteTopic(topic, CALL_TIMEOUT_MS, done));
    } catch (error) {
      if (!(error instanceof KafkaClientError && error.code === UNKNOWN_TOPIC_OR_PARTITION)) throw error;
    }
  }

  async close(): Promise<void> {
    this.#admin.disconnect();
    if (this.#connected !== undefined) await promised('disconnect', done => this.#client.disconnect(done));
  }

  async #metadata(topic?: string): Promise<readonly TopicMetadata[]> {
    this.#connected ??= this.#connect();
    try {
      await this.#connected;
    } catch (error) {
      this.#connected = undefined;
      throw error;
    }
    const { topics } = await promised<{ topics: readonly TopicMetadata[] }>('metadata', done =>
      this.#client.getMetadata(
        topic === undefined ? { timeout: CALL_TIMEOUT_MS } : { topic, timeout: CALL_TIMEOUT_MS },
        done,
      ),
    );
    return topics;
  }

  async #connect(): Promise<void> {
    let reason: string | undefined;
    onConnectionFailure(this.#client, failure => {
      reason = failure;
    });
    const failure = await connectOnce(this.#client, attemptTimeoutMs(this.#attempts));
    if (failure === undefined) {
      this.#attempts = 0;
      return;
    }
    this.#attempts++;
    this.#client = new kafka.Producer(this.#config, {});
    const { kind, code } = clientError('connect', failure);
    throw new KafkaClientError(noAnswer(this.#brokers, reason ?? failure.message), kind, code, { cause: failure });
  }
}

/** undefined if librdkafka must connect. */
function creationFor(
  { fetcher = DEFAULT_FETCHER }: ClusterConfig,
  config: LibrdkafkaConfig,
): TopicCreation | undefined {
  if (fetcher === 'librdkafka') return undefined;
  try {
    return new TopicCreation(fetchSettings(config));
  } catch (error) {
    if (!(error instanceof FetcherUnsuitableError)) throw error;
    return undefined;
  }
}
