import { setTimeout as delay } from 'node:timers/promises';
import { API_VERSIONS, type BrokerApis, brokerApis, readVersions } from './apis.js';
import { Connection, type ConnectionSettings } from './connection.js';
import type { FetchCounts } from './fetch-counts.js';
import {
  type BrokerAddress,
  type ClusterMetadata,
  readMetadataResponse,
  writeMetadataRequest,
} from './metadata-request.js';
import { authenticate, type SaslSettings } from './sasl.js';

/** How long one broker is waited for before another one is asked too. */
const NEXT_BROKER_MS = 1000;

export interface FetchSettings {
  /** Brokers to begin with. */
  readonly bootstrap: readonly BrokerAddress[];
  readonly connection: ConnectionSettings;
  readonly sasl: SaslSettings | undefined;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  /** Pauses before a broker is tried again. */
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
}

/** A broker that has answered, and how to ask it. */
export interface Broker {
  readonly connection: Connection;
  readonly apis: BrokerApis;
}

/** One connection to each broker of the cluster that is asked. */
export class BrokerConnections {
  readonly #settings: FetchSettings;
  readonly #counts: FetchCounts;
  /** By `host:port`. */
  readonly #brokers = new Map<string, Promise<Broker>>();
  /** By node id. */
  #addresses: ReadonlyMap<number, BrokerAddress> = new Map();
  readonly #opening = new Set<Connection>();
  #closed = false;

  constructor(settings: FetchSettings, counts: FetchCounts) {
    this.#settings = settings;
    this.#counts = counts;
  }

  /** The broker with this node id. Rejects if it does not answer. */
  async broker(node: number): Promise<Broker> {
    const address = this.#addresses.get(node);
    if (address === undefined) throw new Error(`no broker has the id ${node}`);
    return await this.#at(address);
  }

  /**
   * The answer of the first broker that gives one. A further broker is asked if there is none for a second. Rejects with
   * the error of the last one.
   */
  async metadata(topics: readonly string[]): Promise<ClusterMetadata> {
    const asked: Promise<ClusterMetadata>[] = [];
    for (const address of this.#candidates()) {
      asked.push(this.#metadataOf(address, topics));
      const answer = await Promise.race([
        firstOf(asked).catch(() => undefined),
        delay(NEXT_BROKER_MS, undefined, { ref: false }),
      ]);
      if (answer !== undefined) return this.#take(answer);
    }
    return this.#take(await firstOf(asked));
  }

  async #metadataOf(address: BrokerAddress, topics: readonly string[]): Promise<ClusterMetadata> {
    const { connection, apis } = await this.#at(address);
    const response = await connection.request(apis.metadata, writer =>
      writeMetadataRequest(writer, apis.metadata, topics),
    );
    const metadata = readMetadataResponse(response, apis.metadata);
    // A broker that has just started may know none.
    if (metadata.brokers.size === 0) throw new Error(`${keyOf(address)}: it knows no brokers yet`);
    return metadata;
  }

  #take(metadata: ClusterMetadata): ClusterMetadata {
    this.#addresses = metadata.brokers;
    return metadata;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const connection of this.#opening) connection.close();
    for (const opening of this.#brokers.values()) (await opening.catch(() => undefined))?.connection.close();
    this.#brokers.clear();
  }

  /** Open connections first. */
  #candidates(): readonly BrokerAddress[] {
    const all = new Map<string, BrokerAddress>();
    for (const address of [...this.#addresses.values(), ...this.#settings.bootstrap]) all.set(keyOf(address), address);
    const isOpen = (address: BrokerAddress): number => (this.#brokers.has(keyOf(address)) ? 0 : 1);
    return [...all.values()].sort((a, b) => isOpen(a) - isOpen(b));
  }

  async #at(address: BrokerAddress): Promise<Broker> {
    const key = keyOf(address);
    const known = this.#brokers.get(key);
    if (known !== undefined) {
      const broker = await known;
      if (broker.connection.isOpen) return broker;
      if (this.#brokers.get(key) === known) this.#brokers.delete(key);
    }
    if (this.#closed) throw new Error('the connections are closed');
    const opening = this.#brokers.get(key) ?? this.#open(address);
    this.#brokers.set(key, opening);
    try {
      return await opening;
    } catch (error) {
      if (this.#brokers.get(key) === opening) this.#brokers.delete(key);
      throw error;
    }
  }

  async #open(address: BrokerAddress): Promise<Broker> {
    const { connection: settings, sasl } = this.#settings;
    const connection = new Connection(address, settings, this.#counts);
    this.#opening.add(connection);
    try {
      await connection.opened();
      const apis = brokerApis(readVersions(await connection.request(API_VERSIONS, () => {})));
      if (apis === undefined)
        throw new Error(`${keyOf(address)}: it has no version of the requests that is known here`);
      if (sasl !== undefined) await authenticate(connection, sasl);
      return { connection, apis };
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      this.#opening.delete(connection);
    }
  }
}

/** The first result. Rejects with the error of the last one if all reject. */
async function firstOf<T>(promises: readonly Promise<T>[]): Promise<T> {
  try {
    return await Promise.any(promises);
  } catch (error) {
    throw error instanceof AggregateError ? (error.errors.at(-1) ?? new Error('there is no broker')) : error;
  }
}

function keyOf({ host, port }: BrokerAddress): string {
  return `${host}:${port}`;
}
