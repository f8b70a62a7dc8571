import type { AggregationNode, GraphNode, RepartitionNode } from '../../../dsl/graph/node.js';
import type { Serde } from '../../../dsl/serde/serdes.js';
import { partitionFor } from '../../../kafka/partitioner.js';
import { type Headers, NO_HEADERS } from '../../../kafka/record.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import { END_OF_TIME, NEVER, type TimeOrigin, Watermark } from '../../time/time.js';
import { encodeWatermark } from '../../time/watermark-record.js';
import { insertCombiner, isCombined } from '../aggregation/combiner.js';
import { encodePartial, PartialAggregate } from '../aggregation/partial-aggregate.js';
import { chosenPartitions } from '../chosen-partitions.js';
import { LocalQueue } from '../local-queue.js';
import { Processor } from '../processor.js';
import { serialized } from '../serde-error.js';
import type { Compile, RepartitionInput, RepartitionRole, Site } from '../site.js';
import { ForwardProcessor } from '../stream/forward.js';
import { BlockWriter, entryBytes, MAX_BLOCK_BYTES } from './block.js';
import { BLOCK_HEADERS, type EntryKind, escaped, partialHeaders, TIME_HEADERS } from './record-kind.js';

const NO_KEY = Buffer.alloc(0);

export const compileRepartition: Compile<RepartitionNode> = (node, site) => {
  const role = site.repartition(node);
  const aggregate = aggregationAfter(site.children);
  let input: RepartitionInput | undefined;
  if (role.isRead) {
    const source = new ForwardProcessor(`${node.repartition}-repartition-source`, site.context);
    const watermark = new Watermark(role.upstreamTasks, role.delay);
    input = { node, topic: role.topic, source, queue: new LocalQueue(), watermark, aggregate };
    site.readRepartition(input);
  }
  const [feeder] = site.feeders;
  if (!role.isWritten || feeder === undefined) return;
  const processor = new RepartitionProcessor(node, role, aggregate, role.local ? input : undefined, site);
  // A partitioner chooses for each record, not for a partial aggregate.
  const combined = aggregate !== undefined && node.partitioner === undefined && isCombined(aggregate, site);
  site.insert(processor, combined ? insertCombiner(aggregate, site, feeder) : feeder);
};

/** The only child of the repartition, if it is an aggregation. It may get partial aggregates. */
function aggregationAfter(children: readonly GraphNode[]): AggregationNode | undefined {
  const [only] = children;
  if (children.length !== 1 || only === undefined) return undefined;
  return only.kind === 'aggregate' || only.kind === 'windowAggregate' ? only : undefined;
}

/**
 * Moves records to the partition of their key, or to those that a partitioner chooses: through the topic, or within the
 * task if it is the task's own partition.
 * For each partition of the topic, the records of a transaction are packed into blocks. At each commit it announces the
 * task's time, after the records.
 */
class RepartitionProcessor extends Processor {
  readonly #node: RepartitionNode;
  readonly #topic: string;
  readonly #partitions: number;
  /** The input for records of the task's own partition. undefined if another sub-topology reads the topic. */
  readonly #local: RepartitionInput | undefined;
  readonly #aggregateSerde: Serde<unknown>;
  readonly #site: Site;
  /** The origins of the time that it announces. */
  readonly #frontier: readonly TimeOrigin[];
  /** By partition, the time that was announced last. */
  readonly #announced: number[];
  readonly #packed: boolean;
  /** By partition, what is not sent yet. */
  readonly #blocks: readonly BlockWriter[];

  constructor(
    node: RepartitionNode,
    { topic, partitions, packed }: RepartitionRole,
    aggregate: AggregationNode | undefined,
    local: RepartitionInput | undefined,
    site: Site,
  ) {
    super(`${node.repartition}-repartition-sink`, site.context);
    this.#node = node;
    this.#topic = topic;
    this.#partitions = partitions;
    this.#local = local;
    this.#aggregateSerde = aggregate?.store.valueSerde ?? node.valueSerde;
    this.#site = site;
    this.#frontier = site.frontier;
    this.#announced = new Array<number>(partitions).fill(NEVER);
    this.#packed = packed;
    if (packed) site.context.collector.packs(topic);
    this.#blocks = Array.from({ length: partitions }, () => new BlockWriter());
  }

  protected override get phase(): 'production' {
    return 'production';
  }

  protected override inputSerdes(value: unknown): InputSerdes {
    if (!(value instanceof PartialAggregate)) return this.#node;
    const { keySerde } = this.#node;
    return { keySerde, valueSerde: { serialize: () => this.#aggregateSerde.serialize(value.aggregate) } };
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    if (key === null || key === undefined) {
      this.#processWithoutKey(value, timestamp, headers);
      return;
    }
    const { keySerde, partitioner } = this.#node;
    const keyBytes = serialized(keySerde, key, 'keySerde');
    const chosen = partitioner && chosenPartitions(partitioner, this.#topic, key, value, this.#partitions, headers);
    if (typeof chosen === 'object') {
      if (chosen.length === 0) this.context.dropped();
      for (const partition of chosen) this.#move(partition, key, keyBytes, value, timestamp, headers);
      return;
    }
    this.#move(chosen ?? partitionFor(keyBytes, this.#partitions), key, keyBytes, value, timestamp, headers);
  }

  #move(partition: number, key: unknown, keyBytes: Buffer, value: unknown, timestamp: number, headers: Headers): void {
    const local = this.#local;
    if (local !== undefined && partition === this.context.partition) {
      local.queue.push({ key, value, timestamp, headers });
      return;
    }
    if (value instanceof PartialAggregate) {
      const partial = encodePartial(value, this.#aggregateSerde);
      this.#send('partial', partition, keyBytes, partial, timestamp, headers);
      return;
    }
    const valueBytes =
      value === null || value === undefined ? null : serialized(this.#node.valueSerde, value, 'valueSerde');
    this.#send('record', partition, keyBytes, valueBytes, timestamp, headers);
  }

  /**
   * A record without a key has no partition of its own. Unless a partitioner chooses one, it goes to that of its task, or
   * to the first one.
   */
  #processWithoutKey(value: unknown, timestamp: number, headers: Headers): void {
    const { keepsNullKeys, partitioner } = this.#node;
    if (keepsNullKeys !== true) {
      this.context.dropped();
      return;
    }
    const own = this.#local === undefined ? 0 : this.context.partition;
    const chosen =
      (partitioner && chosenPartitions(partitioner, this.#topic, null, value, this.#partitions, headers)) ?? own;
    const partitions = typeof chosen === 'object' ? chosen : [chosen];
    if (partitions.length === 0) this.context.dropped();
    for (const partition of partitions) this.#moveWithoutKey(partition, value, timestamp, headers);
  }

  #moveWithoutKey(partition: number, value: unknown, timestamp: number, headers: Headers): void {
    const local = this.#local;
    if (local !== undefined && partition === this.context.partition) {
      local.queue.push({ key: null, value, timestamp, headers });
      return;
    }
    const bytes = value === null || value === undefined ? null : serialized(this.#node.valueSerde, value, 'valueSerde');
    this.context.collector.send(this.#topic, partition, null, bytes, timestamp, escaped(headers));
  }

  /**
   * A record that is larger than a block is sent alone, and so are all records of a topic that has refused some: the
   * broker refuses a whole block, and the error must be that of one record. The blocks are empty then, because an abort
   * comes between the refusal and the records that are processed again.
   */
  #send(
    kind: EntryKind,
    partition: number,
    key: Buffer,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): void {
    if (!Number.isSafeInteger(timestamp)) throw new RangeError(`its timestamp is ${timestamp}`);
    const bytes = entryBytes(key, value, headers);
    const block = this.#blocks[partition];
    const { collector } = this.context;
    const isAlone = !this.#packed || bytes > MAX_BLOCK_BYTES || collector.mustUnpack(this.#topic);
    if (block === undefined || isAlone) {
      this.#sendBlock(partition);
      const marked = kind === 'partial' ? partialHeaders(headers) : escaped(headers);
      collector.send(this.#topic, partition, key, value, timestamp, marked);
      return;
    }
    if (!block.hasRoom(bytes)) this.#sendBlock(partition);
    block.add(bytes, kind, key, value, timestamp, headers);
  }

  /** The timestamp is that of the wall clock: a broker may refuse others. The entries have their own. */
  #sendBlock(partition: number): void {
    const block = this.#blocks[partition];
    if (block === undefined || block.entries === 0) return;
    this.context.collector.send(this.#topic, partition, null, block.take(), this.#site.now(), BLOCK_HEADERS);
  }

  override get keptBytes(): number {
    let bytes = 0;
    for (const block of this.#blocks) bytes += block.capacity;
    return bytes;
  }

  override sendPacked(): void {
    for (let partition = 0; partition < this.#partitions; partition++) this.#sendBlock(partition);
  }

  override beforeCommit(): void {
    this.#announce();
    this.sendPacked();
  }

  /** The time comes after the records: as the last entry of their block, or alone if there is no block. */
  #announce(): void {
    const local = this.#local;
    let time = END_OF_TIME;
    for (const origin of this.#frontier) if (origin.time < time) time = origin.time;
    if (time === NEVER) return;
    const own = this.context.partition;
    local?.watermark.announce(own, time);
    const watermark = encodeWatermark({ upstreamTask: own, time });
    const bytes = entryBytes(NO_KEY, watermark, NO_HEADERS);
    const now = this.#site.now();
    for (let partition = 0; partition < this.#partitions; partition++) {
      if (local !== undefined && partition === own) continue;
      if ((this.#announced[partition] ?? NEVER) >= time) continue;
      this.#announced[partition] = time;
      const block = this.#blocks[partition];
      if (block !== undefined && block.entries > 0 && block.hasRoom(bytes)) {
        block.add(bytes, 'time', NO_KEY, watermark, now);
        continue;
      }
      this.#sendBlock(partition);
      this.context.collector.send(this.#topic, partition, null, watermark, now, TIME_HEADERS);
    }
  }
}
