import { FETCH_BY_ID, FETCH_BY_NAME } from './apis.js';
import type { AssignedPartition, PartitionRequest } from './assigned-partition.js';
import type { Broker, BrokerConnections, FetchSettings } from './broker-connections.js';
import { type FetchedPartition, type FetchTopic, readFetchResponse, writeFetchRequest } from './fetch-request.js';

/** One response has at most so many bytes, except for a first batch that is larger. */
const RESPONSE_BYTES = 1024 * 1024;
/** What is fetched ahead of all brokers, before decompression. Reached only with many partitions. */
const AHEAD_BYTES = 4 * 1024 * 1024;
/**
 * A fetch that leaves out partitions which are ahead must not wait for long: they will be needed, and a broker answers
 * one request at a time.
 */
const SHORT_WAIT_MS = 50;

export interface BrokerFetchesOptions {
  readonly settings: FetchSettings;
  readonly connections: BrokerConnections;
  readonly warn: (message: string) => void;
  /** Those that are assigned. */
  readonly partitions: () => Iterable<AssignedPartition>;
  readonly topicId: (topic: string) => string | undefined;
  readonly onResponse: (request: PartitionRequest, fetched: FetchedPartition) => void;
  /** The broker of these partitions does not answer. */
  readonly onLost: (partitions: readonly AssignedPartition[]) => void;
}

/** The Fetch requests: one at a time to each broker that leads a partition. */
export class BrokerFetches {
  readonly #options: BrokerFetchesOptions;
  /** Node ids of brokers with a request under way, or that are left alone for a while. */
  readonly #busy = new Set<number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** By node id. */
  readonly #failures = new Map<number, number>();
  #fetches = 0;
  #closed = false;

  constructor(options: BrokerFetchesOptions) {
    this.#options = options;
  }

  /** Requests what can be requested. Call it whenever that may have changed. */
  pump(): void {
    if (this.#closed) return;
    const byNode = new Map<number, AssignedPartition[]>();
    let ahead = 0;
    for (const assigned of this.#options.partitions()) {
      ahead += assigned.bytes;
      const node = assigned.leader?.node;
      if (node === undefined || this.#busy.has(node)) continue;
      const led = byNode.get(node);
      if (led === undefined) byNode.set(node, [assigned]);
      else led.push(assigned);
    }
    if (ahead >= AHEAD_BYTES) return;
    for (const [node, led] of byNode) this.#fetchFrom(node, led);
  }

  pumpAfter(ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.pump();
    }, ms);
    this.#timers.add(timer);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #fetchFrom(node: number, led: readonly AssignedPartition[]): void {
    const now = performance.now();
    let leavesOut = false;
    const wanted: AssignedPartition[] = [];
    for (const assigned of led) {
      if (assigned.isPaused || assigned.position === undefined || assigned.notBefore > now) continue;
      if (assigned.isAhead) leavesOut = true;
      else wanted.push(assigned);
    }
    if (wanted.length === 0) return;
    wanted.sort((a, b) => a.servedAt - b.servedAt);
    this.#busy.add(node);
    void this.#fetch(node, wanted, leavesOut);
  }

  async #fetch(node: number, wanted: readonly AssignedPartition[], leavesOut: boolean): Promise<void> {
    let pauseMs = 0;
    try {
      const broker = await this.#options.connections.broker(node);
      pauseMs = await this.#exchange(broker, wanted, leavesOut);
      this.#failures.delete(node);
    } catch (error) {
      if (this.#closed) return;
      const { settings, warn, onLost } = this.#options;
      const failures = this.#failures.get(node) ?? 0;
      this.#failures.set(node, failures + 1);
      // A broker that was restarted, or an idle connection that was closed: the first failure is no news.
      if (failures > 0) warn(`fetch: ${error instanceof Error ? error.message : String(error)}`);
      pauseMs = Math.min(settings.backoffMs * 2 ** failures, settings.maxBackoffMs);
      onLost(wanted);
    }
    if (pauseMs > 0) await this.#pause(pauseMs);
    this.#busy.delete(node);
    this.pump();
  }

  /** Returns how long the broker wants to be left alone, in milliseconds. */
  async #exchange(
    { connection, apis }: Broker,
    wanted: readonly AssignedPartition[],
    leavesOut: boolean,
  ): Promise<number> {
    const { settings, topicId, onResponse } = this.#options;
    const hasIds = wanted.every(({ topic }) => topicId(topic) !== undefined);
    const api = hasIds ? apis.fetch : FETCH_BY_NAME;
    const requests = new Map<string, PartitionRequest>();
    const topics = new Map<string, FetchTopic & { partitions: FetchTopic['partitions'][number][] }>();
    for (const assigned of wanted) {
      const { topic, partition, leader, request } = assigned;
      const id = topicId(topic);
      const asked = topics.get(topic) ?? { topic, id, partitions: [] };
      topics.set(topic, asked);
      asked.partitions.push({ partition, leaderEpoch: leader?.epoch ?? -1, offset: request.offset });
      requests.set(`${api === FETCH_BY_ID ? id : topic} ${partition}`, request);
    }
    const limits = {
      maxWaitMs: leavesOut ? Math.min(SHORT_WAIT_MS, settings.maxWaitMs) : settings.maxWaitMs,
      minBytes: settings.minBytes,
      maxBytes: RESPONSE_BYTES,
      maxPartitionBytes: RESPONSE_BYTES,
    };
    const reader = await connection.request(api, writer =>
      writeFetchRequest(writer, api, limits, [...topics.values()]),
    );
    const response = readFetchResponse(reader, api);
    if (response.error !== 0) throw new Error(`the broker answers a fetch with error ${response.error}`);
    this.#fetches++;
    for (const fetched of response.partitions) {
      const request = requests.get(`${fetched.topic} ${fetched.partition}`);
      if (request === undefined) continue;
      if (fetched.records.length > 0) request.assigned.servedAt = this.#fetches;
      onResponse(request, fetched);
    }
    return response.throttleMs;
  }

  #pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, ms);
      this.#timers.add(timer);
    });
  }
}
