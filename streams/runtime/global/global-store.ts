import type { ByteStore } from '../../../stores/bytes/byte-store.js';
import type { CommittedEntries } from '../../../stores/bytes/persist-policy.js';
import type { TaskState } from '../../../stores/bytes/task-state.js';
import { deserializeView } from '../../dsl/serde/serdes.js';
import { KafkaClientError } from '../../kafka/ports.js';
import { type ConsumerRecord, partitionId, type TopicPartitionOffset } from '../../kafka/record.js';
import type { PlannedGlobalStore } from '../plan/task-plan.js';
import { SerdeError } from '../processors/serde-error.js';
import type { TableView } from '../processors/site.js';
import { openByKey } from '../processors/user/open-by-key.js';
import type { OpenStore } from '../processors/user/open-store.js';
import type { GlobalStoreStatus } from '../status/process-status.js';
import type { GlobalCheckpoint, GlobalOrigin } from './global-checkpoint.js';
import type { GlobalErrors } from './global-errors.js';
import { type GlobalProcessor, GlobalTableProcessor } from './global-processor.js';
import { SuppliedProcessor } from './supplied-processor.js';

/** The store of the checkpoint. No store of a topology can have this name. */
export const CHECKPOINT_STORE = 'global checkpoint';
export const CHECKPOINT_KEY = 'checkpoint';

const OFFSET_OUT_OF_RANGE = 1;
/** An idle store is as old as its last batch on disk, so it writes one from time to time. */
const RENEW_AGE_MS = 3_600_000;
const NO_CHANGELOGS: ReadonlyMap<string, number> = new Map();

interface Partition {
  /** Offset of the next record. */
  position: number;
  /** The restore is complete when the position has reached it. */
  readonly target: number;
  /** True if nothing was there to read after the last record. */
  isAtEnd: boolean;
}

export interface GlobalStoreOptions {
  readonly planned: PlannedGlobalStore;
  readonly state: TaskState;
  /** What `state` has. undefined: nothing. */
  readonly kept: GlobalCheckpoint | undefined;
  readonly origin: GlobalOrigin;
  /** Milliseconds since the epoch, before the ends of the topic were requested. */
  readonly begunAt: number;
  readonly errors: GlobalErrors;
  /** The wall clock. */
  readonly now: () => number;
}

/**
 * One global store of a process: its rows, and how far they have come in the topic. Records are applied in memory, and
 * are there at once. They go to disk later, in one batch with the offsets.
 */
export class GlobalStore implements CommittedEntries {
  readonly name: string;
  readonly topic: string;
  /** Its rows, if it is a global table. */
  readonly view: TableView | undefined;
  /** For the processors of tasks. */
  readonly opened: OpenStore;
  readonly state: TaskState;
  readonly #options: GlobalStoreOptions;
  readonly #checkpoint: ByteStore;
  readonly #processor: GlobalProcessor;
  readonly #partitions: readonly Partition[];
  #asOf: number;
  /** The age in the last checkpoint. */
  #checkpointAsOf: number;
  #hasNews = false;
  #records = 0;
  #dropped = 0;
  #failed = 0;

  constructor(options: GlobalStoreOptions) {
    const { planned, state, kept, origin, begunAt } = options;
    const { store, topic, filled, processor } = planned.node;
    this.name = store.name;
    this.topic = topic;
    this.state = state;
    this.#options = options;
    this.#checkpoint = state.store(CHECKPOINT_STORE);
    const bytes = state.store(store.name);
    this.opened = openByKey(store, bytes);
    if (filled !== undefined) {
      this.#processor = new SuppliedProcessor(filled.supplier, {
        name: processor,
        store: store.name,
        opened: this.opened,
        now: options.now,
      });
    } else if (store.kind.kind === 'keyValue') {
      const rows = store.kind.open<unknown, unknown>(bytes, store.keySerde, store.valueSerde);
      this.view = { get: key => rows.get(key) };
      this.#processor = new GlobalTableProcessor(rows);
    } else throw new Error(`nothing fills the global store ${store.name}`);
    this.#partitions = origin.ranges.map(({ low, high }, partition) => ({
      position: kept?.offsets[partition] ?? low,
      target: high,
      isAtEnd: false,
    }));
    // What is on disk, and is read up to the ends, is as of the request for the ends.
    this.#asOf = this.isRestored ? begunAt : (kept?.asOf ?? begunAt);
    this.#checkpointAsOf = kept?.asOf ?? Number.NEGATIVE_INFINITY;
  }

  /** True if it has everything that its topic had when it was opened. */
  get isRestored(): boolean {
    return this.#partitions.every(({ position, target }) => position >= target);
  }

  /** Where its partitions are read from. */
  get positions(): readonly TopicPartitionOffset[] {
    return this.#partitions.map(({ position }, partition) => ({ topic: this.topic, partition, offset: position }));
  }

  get status(): GlobalStoreStatus {
    const remaining = this.#partitions.reduce((sum, { position, target }) => sum + Math.max(0, target - position), 0);
    return {
      store: this.name,
      topic: this.topic,
      state: remaining > 0 ? 'RESTORING' : 'RUNNING',
      remaining,
      records: this.#records,
      dropped: this.#dropped,
      failed: this.#failed,
    };
  }

  get unpersistedBytes(): number {
    return this.state.unpersistedBytes;
  }

  get replayBytes(): number {
    return this.state.replayBytes;
  }

  persistedAgeMs(now: number): number {
    return this.state.persistedAgeMs(now);
  }

  /** Applies a record. `applied` must follow after those that were polled with it. */
  apply(record: ConsumerRecord): void {
    const partition = this.#partitions[record.partition];
    if (partition === undefined) return;
    if (record.offset < partition.position) throw wentBack(record, partition.position);
    this.#process(record);
    partition.position = record.offset + 1;
    partition.isAtEnd = false;
    this.#hasNews = true;
    this.#records++;
  }

  /**
   * Nothing is left before this offset. Markers of transactions and what compaction has removed never arrive as
   * records.
   */
  reachedEnd({ partition: index, offset }: TopicPartitionOffset): void {
    const partition = this.#partitions[index];
    if (partition === undefined) return;
    partition.isAtEnd = true;
    if (offset <= partition.position) return;
    partition.position = offset;
    this.#hasNews = true;
  }

  /** The records since the last call, and their offsets, are in the store together. */
  applied(now: number): void {
    if (this.#partitions.every(({ isAtEnd }) => isAtEnd)) this.#asOf = now;
    if (!this.#hasNews && this.#asOf - this.#checkpointAsOf < RENEW_AGE_MS) return;
    this.#hasNews = false;
    const { origin, kept } = this.#options;
    const { topic, shape } = origin;
    // The cluster may not have answered with the id this time.
    const topicId = origin.topicId ?? kept?.topicId;
    const offsets = this.#partitions.map(({ position }) => position);
    this.#checkpointAsOf = this.#asOf;
    const checkpoint: GlobalCheckpoint = { topic, ...(topicId && { topicId }), shape, offsets, asOf: this.#asOf };
    this.#checkpoint.put(CHECKPOINT_KEY, Buffer.from(JSON.stringify(checkpoint)));
    this.state.stage();
    this.state.commit();
  }

  /** No record is applied any more. */
  close(): void {
    this.#processor.close();
  }

  /** Writes to disk what is applied. */
  async persist(now: number): Promise<void> {
    await this.state.persist(now, NO_CHANGELOGS);
  }

  #process(record: ConsumerRecord): void {
    const { planned, errors } = this.#options;
    const { keySerde, valueSerde } = planned.node.filled ?? planned.node.store;
    let key: unknown;
    let value: unknown;
    let serde: SerdeError['option'] = 'keySerde';
    try {
      key = record.key === null ? null : deserializeView(keySerde, record.key);
      serde = 'valueSerde';
      value = record.value === null ? null : deserializeView(valueSerde, record.value);
    } catch (thrown) {
      errors.undeserializable(planned.node.source, record, new SerdeError(thrown, serde));
      this.#failed++;
      return;
    }
    try {
      if (!this.#processor.process(key, value, record)) this.#dropped++;
    } catch (thrown) {
      const { timestamp, headers } = record;
      errors.unprocessable(planned.node.processor, record, { key, value, timestamp, headers }, thrown);
      this.#failed++;
    }
  }
}

/**
 * The client goes back when a broker reports that it has nothing at the client's position. A new worker finds out
 * whether that is true.
 */
function wentBack(record: ConsumerRecord, position: number): KafkaClientError {
  const message = `${partitionId(record)} came from ${record.offset} on, where ${position} is next`;
  return new KafkaClientError(message, 'fatal', OFFSET_OUT_OF_RANGE);
}
