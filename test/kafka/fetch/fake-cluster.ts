import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { API_VERSIONS, FETCH_BY_ID, FETCH_BY_NAME, METADATA_BY_ID } from '../../../streams/kafka/fetch/apis.js';
import { Frames } from '../../../streams/kafka/fetch/frames.js';
import type { AbortedTransaction } from '../../../streams/kafka/fetch/partition-response.js';
import { WireReader } from '../../../streams/kafka/fetch/wire-reader.js';
import { WireWriter } from '../../../streams/kafka/fetch/wire-writer.js';

const UNKNOWN_TOPIC_OR_PARTITION = 3;
const OFFSET_OUT_OF_RANGE = 1;
const NOT_LEADER = 6;
const UNKNOWN_TOPIC_ID = 100;

export interface FakePartition {
  leader: number;
  epoch: number;
  batches: Buffer[];
  low: number;
  aborted: AbortedTransaction[];
  /** Absent: the end. */
  lastStableOffset?: number;
}

export interface FakeTopic {
  id: string;
  partitions: FakePartition[];
}

export interface FetchAsked {
  readonly node: number;
  readonly version: number;
  readonly maxWaitMs: number;
  readonly partitions: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[];
}

/** What is wrong with the answer to a fetch. */
export type Fault =
  | { readonly kind: 'close' }
  | { readonly kind: 'half' }
  | { readonly kind: 'silence' }
  | { readonly kind: 'correlation' }
  | { readonly kind: 'error'; readonly code: number }
  | { readonly kind: 'throttle'; readonly ms: number };

/** Brokers on loopback that speak as much of Kafka's protocol as a fetcher needs, and that can fail. */
export class FakeCluster {
  readonly topics = new Map<string, FakeTopic>();
  readonly fetches: FetchAsked[] = [];
  /** One for each of the next fetches. */
  readonly faults: Fault[] = [];
  hasTopicIds = true;
  /** False: it takes only versions of a fetch that are older than the fetcher's. */
  isCurrent = true;
  /** What a broker sends at most of one partition, besides the first batch. */
  maxBytes = Number.POSITIVE_INFINITY;
  #brokers: FakeBroker[] = [];

  static async start(brokers = 1): Promise<FakeCluster> {
    const cluster = new FakeCluster();
    for (let node = 1; node <= brokers; node++) cluster.#brokers.push(await FakeBroker.start(cluster, node));
    return cluster;
  }

  get addresses(): readonly { readonly host: string; readonly port: number }[] {
    return this.#brokers.map(({ port }) => ({ host: '127.0.0.1', port }));
  }

  get brokers(): readonly FakeBroker[] {
    return this.#brokers;
  }

  addTopic(
    name: string,
    partitions: number,
    id = Buffer.from(name.padEnd(16, '.')).toString('base64').slice(0, 22),
  ): FakeTopic {
    const topic: FakeTopic = {
      id,
      partitions: Array.from({ length: partitions }, () => ({ leader: 1, epoch: 0, batches: [], low: 0, aborted: [] })),
    };
    this.topics.set(name, topic);
    return topic;
  }

  partition(topic: string, partition: number): FakePartition {
    const found = this.topics.get(topic)?.partitions[partition];
    if (found === undefined) throw new Error(`there is no ${topic}-${partition}`);
    return found;
  }

  async stop(): Promise<void> {
    for (const broker of this.#brokers) await broker.stop();
  }
}

export class FakeBroker {
  readonly node: number;
  readonly #cluster: FakeCluster;
  #server: Server;
  readonly #sockets = new Set<Socket>();
  port = 0;

  private constructor(cluster: FakeCluster, node: number) {
    this.#cluster = cluster;
    this.node = node;
    this.#server = createServer();
  }

  static async start(cluster: FakeCluster, node: number): Promise<FakeBroker> {
    const broker = new FakeBroker(cluster, node);
    await broker.listen();
    return broker;
  }

  /** Again at the same port, after `stop`. */
  async listen(): Promise<void> {
    this.#server = createServer(socket => this.#serve(socket));
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    this.port = address.port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise(resolve => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    // Requests are served one after the other, as a broker does.
    let serving = Promise.resolve();
    const frames = new Frames(request => {
      serving = serving.then(() => this.#answer(socket, request));
    });
    socket.on('data', (chunk: Buffer) => frames.add(chunk));
  }

  async #answer(socket: Socket, request: Buffer): Promise<void> {
    const key = request.readInt16BE(0);
    const version = request.readInt16BE(2);
    const correlationId = request.readInt32BE(4);
    const clientIdBytes = request.readInt16BE(8);
    if (key === API_VERSIONS.key) return send(socket, correlationId, this.#versions());
    const isById = key === FETCH_BY_ID.key ? version === FETCH_BY_ID.version : version === METADATA_BY_ID.version;
    const reader = new WireReader(request, isById, 10 + clientIdBytes);
    reader.tags();
    const writer = new WireWriter(isById);
    // The header of the response.
    writer.tags();
    if (key === METADATA_BY_ID.key) {
      this.#metadata(reader, writer, isById);
      return send(socket, correlationId, writer.written);
    }
    const { fault, hasRecords, maxWaitMs } = this.#fetch(reader, writer, isById, version);
    if (!hasRecords && fault === undefined) await new Promise(resolve => setTimeout(resolve, Math.min(maxWaitMs, 10)));
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'close') socket.destroy();
    else if (fault?.kind === 'half') {
      const whole = framed(correlationId, writer.written);
      socket.end(whole.subarray(0, whole.length >> 1));
    } else send(socket, fault?.kind === 'correlation' ? correlationId + 1 : correlationId, writer.written);
  }

  #versions(): Buffer {
    const { hasTopicIds, isCurrent } = this.#cluster;
    const writer = new WireWriter(false);
    writer.int16(0);
    const ranges: readonly (readonly [number, number, number])[] = [
      [FETCH_BY_ID.key, 4, !isCurrent ? 9 : hasTopicIds ? FETCH_BY_ID.version : FETCH_BY_NAME.version],
      [METADATA_BY_ID.key, 0, hasTopicIds ? METADATA_BY_ID.version : 7],
    ];
    writer.array(ranges, range => {
      for (const number of range) writer.int16(number);
    });
    return writer.written;
  }

  #metadata(reader: WireReader, writer: WireWriter, isById: boolean): void {
    const asked = reader.array(() => {
      if (isById) reader.uuid();
      const name = reader.string();
      reader.tags();
      return name;
    });
    writer.int32(0);
    writer.array(this.#cluster.brokers, ({ node, port }) => {
      writer.int32(node);
      writer.string('127.0.0.1');
      writer.int32(port);
      writer.string('');
      writer.tags();
    });
    writer.string('cluster');
    writer.int32(1);
    writer.array(asked, name => {
      const topic = this.#cluster.topics.get(name);
      writer.int16(topic === undefined ? UNKNOWN_TOPIC_OR_PARTITION : 0);
      writer.string(name);
      if (isById) writer.uuid(topic?.id ?? 'A'.repeat(22));
      writer.boolean(false);
      writer.array([...(topic?.partitions ?? []).entries()], ([partition, { leader, epoch }]) => {
        writer.int16(0);
        writer.int32(partition);
        writer.int32(leader);
        writer.int32(epoch);
        for (let list = 0; list < 3; list++) writer.array([leader], node => writer.int32(node));
        writer.tags();
      });
      if (isById) writer.int32(0);
      writer.tags();
    });
    writer.tags();
  }

  #fetch(reader: WireReader, writer: WireWriter, isById: boolean, version: number) {
    const cluster = this.#cluster;
    reader.int32();
    const maxWaitMs = reader.int32();
    reader.int32();
    reader.int32();
    reader.int8();
    reader.int32();
    reader.int32();
    const asked = reader.array(() => {
      const given = isById ? reader.uuid() : reader.string();
      const name = isById ? [...cluster.topics].find(([, { id }]) => id === given)?.[0] : given;
      const partitions = reader.array(() => {
        const [partition, epoch, offset] = [reader.int32(), reader.int32(), reader.int64()];
        if (isById) reader.int32();
        reader.int64();
        reader.int32();
        reader.tags();
        return { partition, epoch, offset };
      });
      reader.tags();
      return { given, name, partitions };
    });
    const partitions = asked.flatMap(({ given, name, partitions: list }) =>
      list.map(({ partition, offset }) => ({ topic: name ?? given, partition, offset })),
    );
    cluster.fetches.push({ node: this.node, version, maxWaitMs, partitions });
    const fault = cluster.faults.shift();
    let hasRecords = false;
    writer.int32(fault?.kind === 'throttle' ? fault.ms : 0);
    writer.int16(0);
    writer.int32(0);
    writer.array(asked, ({ given, name, partitions: list }) => {
      if (isById) writer.uuid(given);
      else writer.string(given);
      writer.array(list, ({ partition, offset }) => {
        const held = name === undefined ? undefined : cluster.topics.get(name)?.partitions[partition];
        const end = held === undefined ? -1 : endOf(held);
        const error = fault?.kind === 'error' ? fault.code : this.#errorOf(held, name, offset, end);
        const records = held === undefined || error !== 0 ? Buffer.alloc(0) : this.#records(held, offset);
        if (records.length > 0) hasRecords = true;
        writer.int32(partition);
        writer.int16(error);
        writer.int64(end);
        writer.int64(held?.lastStableOffset ?? end);
        writer.int64(held?.low ?? -1);
        writer.array(held?.aborted ?? [], ({ producerId, firstOffset }) => {
          writer.int64(producerId);
          writer.int64(firstOffset);
          writer.tags();
        });
        if (isById) writer.int32(-1);
        writer.byteArray(records);
        writer.tags();
      });
      writer.tags();
    });
    writer.tags();
    return { fault, hasRecords, maxWaitMs };
  }

  #errorOf(held: FakePartition | undefined, name: string | undefined, offset: number, end: number): number {
    if (held === undefined) return name === undefined ? UNKNOWN_TOPIC_ID : UNKNOWN_TOPIC_OR_PARTITION;
    if (held.leader !== this.node) return NOT_LEADER;
    return offset < held.low || offset > end ? OFFSET_OUT_OF_RANGE : 0;
  }

  /** From the batch on that has the offset. */
  #records(held: FakePartition, offset: number): Buffer {
    const limit = held.lastStableOffset ?? Number.POSITIVE_INFINITY;
    const found = held.batches.filter(batch => lastOffsetOf(batch) >= offset && baseOffsetOf(batch) < limit);
    let bytes = 0;
    const sent = found.filter((batch, index) => {
      bytes += batch.length;
      return index === 0 || bytes <= this.#cluster.maxBytes;
    });
    return Buffer.concat(sent);
  }
}

function endOf({ batches, low }: FakePartition): number {
  const last = batches.at(-1);
  return last === undefined ? low : lastOffsetOf(last) + 1;
}

function lastOffsetOf(batch: Buffer): number {
  return baseOffsetOf(batch) + batch.readInt32BE(23);
}

function baseOffsetOf(batch: Buffer): number {
  return Number(batch.readBigInt64BE(0));
}

function send(socket: Socket, correlationId: number, body: Buffer): void {
  socket.write(framed(correlationId, body));
}

function framed(correlationId: number, body: Buffer): Buffer {
  const bytes = Buffer.alloc(8 + body.length);
  bytes.writeInt32BE(4 + body.length, 0);
  bytes.writeInt32BE(correlationId, 4);
  body.copy(bytes, 8);
  return bytes;
}
