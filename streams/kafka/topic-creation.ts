import type { Api } from './fetch/apis.js';
import { BrokerConnections, type FetchSettings } from './fetch/broker-connections.js';
import { FetchCounts } from './fetch/fetch-counts.js';
import type { WireReader } from './fetch/wire-reader.js';
import type { WireWriter } from './fetch/wire-writer.js';
import type { TopicConfig } from './ports.js';

/** Kafka 2.4 and newer, where -1 is the broker's default (KIP-464). */
const CREATE_TOPICS: Api = { key: 19, version: 4, isFlexible: false };
const BROKERS_DEFAULT = -1;
const TIMEOUT_MS = 10_000;
const NONE = 0;
const TOPIC_ALREADY_EXISTS = 36;

interface Asked extends TopicConfig {
  readonly topic: string;
  readonly resolve: (exists: boolean) => void;
}

/**
 * Creates all topics that are asked for at the same time with one request. librdkafka's admin client in node-rdkafka
 * creates one topic a request, and a controller takes some 30 ms for each: half a second for an application's topics.
 */
export class TopicCreation {
  readonly #settings: FetchSettings;
  #asked: Asked[] = [];

  constructor(settings: FetchSettings) {
    const connection = { ...settings.connection, connectTimeoutMs: TIMEOUT_MS, requestTimeoutMs: TIMEOUT_MS };
    this.#settings = { ...settings, connection };
  }

  /**
   * True if the topic exists now. False if another client must create it, or find the reason why it can't be created: a
   * broker that is not the controller of an old cluster refuses.
   */
  create(topic: string, config: TopicConfig): Promise<boolean> {
    return new Promise(resolve => {
      this.#asked.push({ topic, ...config, resolve });
      if (this.#asked.length === 1) setImmediate(() => void this.#createAsked());
    });
  }

  async #createAsked(): Promise<void> {
    const asked = this.#asked;
    this.#asked = [];
    const existing = await this.#request(asked).catch(() => new Set<string>());
    for (const { topic, resolve } of asked) resolve(existing.has(topic));
  }

  async #request(asked: readonly Asked[]): Promise<ReadonlySet<string>> {
    const connections = new BrokerConnections(this.#settings, new FetchCounts());
    try {
      const { brokers } = await connections.metadata([]);
      const [node = -1] = brokers.keys();
      const { connection } = await connections.broker(node);
      return readExisting(await connection.request(CREATE_TOPICS, writer => writeRequest(writer, asked)));
    } finally {
      await connections.close();
    }
  }
}

function writeRequest(writer: WireWriter, asked: readonly Asked[]): void {
  writer.array(asked, ({ topic, partitions, config }) => {
    writer.string(topic);
    writer.int32(partitions);
    writer.int16(BROKERS_DEFAULT);
    // No assignment of its replicas.
    writer.array([], () => {});
    writer.array(Object.entries(config), ([name, value]) => {
      writer.string(name);
      writer.string(value);
    });
  });
  writer.int32(TIMEOUT_MS);
  // Not only to validate it.
  writer.boolean(false);
}

function readExisting(reader: WireReader): ReadonlySet<string> {
  // The time of throttling.
  reader.int32();
  const answers = reader.array(() => ({ topic: reader.string(), error: reader.int16(), message: reader.string() }));
  const exists = ({ error }: { error: number }): boolean => error === NONE || error === TOPIC_ALREADY_EXISTS;
  return new Set(answers.filter(exists).map(({ topic }) => topic));
}
