import { setImmediate as immediate } from 'node:timers/promises';
import { partitionFor } from '../kafka/partitioner.js';
import {
  type Consumer,
  KafkaClientError,
  type PartitionOffsets,
  type Producer,
  type RefusedRecord,
} from '../kafka/ports.js';
import type { Headers, TopicPartition, TopicPartitionOffset } from '../kafka/record.js';
import type { InMemoryBroker } from './in-memory-broker.js';
import { InMemoryConsumer } from './in-memory-consumer.js';
import type { InMemoryLog, LogTransaction } from './in-memory-log.js';

const FENCED = -144;
const INVALID_STATE = -173;
const DELIVERY_FAILED = -149;

/** The producer port on a cluster in memory. Records without a key go to partition 0. */
export class InMemoryProducer implements Producer {
  readonly #broker: InMemoryBroker;
  readonly #transactionalId: string | undefined;
  #transaction: LogTransaction | undefined;
  #touched = new Set<InMemoryLog>();
  #offsets: readonly TopicPartitionOffset[] = [];
  #queued = 0;
  #refused: RefusedRecord[] = [];
  #undelivered = 0;

  constructor(broker: InMemoryBroker, transactionalId: string | undefined) {
    this.#broker = broker;
    this.#transactionalId = transactionalId;
  }

  async connect(): Promise<void> {}

  async initTransactions(): Promise<void> {
    if (this.#transactionalId !== undefined) this.#broker.fence(this.#transactionalId, this);
  }

  async beginTransaction(): Promise<void> {
    this.#check();
    this.#transaction = { state: 'open' };
  }

  send(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): boolean {
    if (this.#transactionalId !== undefined && this.#transaction === undefined) {
      throw new KafkaClientError('send: no transaction is open', 'fatal', INVALID_STATE);
    }
    if (!this.#takes()) return false;
    const refusal = this.#broker.refusalOf({ topic, key, value, timestamp });
    if (refusal !== undefined) {
      this.#refused.push({ topic, key, value, ...refusal });
      this.#undelivered++;
      return true;
    }
    const partitions = this.#broker.logs(topic).length;
    const target = partition >= 0 ? partition : key === null ? 0 : partitionFor(key, Math.max(1, partitions));
    const log = this.#broker.log(topic, target);
    const record = log.append({ key, value, timestamp, headers: copied(headers) }, this.#transaction);
    this.#broker.addSent({ record, transaction: this.#transaction });
    this.#touched.add(log);
    return true;
  }

  #takes(): boolean {
    const { queueRecords } = this.#broker.behaviour;
    if (queueRecords === Number.POSITIVE_INFINITY) return true;
    if (this.#queued === queueRecords) return false;
    if (this.#queued++ === 0) {
      setImmediate(() => {
        this.#queued = 0;
      });
    }
    return true;
  }

  async sendOffsetsToTransaction(offsets: readonly TopicPartitionOffset[], consumer: Consumer): Promise<void> {
    this.#check();
    if (consumer instanceof InMemoryConsumer) consumer.checkMember();
    this.#offsets = offsets;
  }

  async commitTransaction(): Promise<void> {
    this.#check();
    for (let turn = 0; turn < this.#broker.behaviour.commitTurns; turn++) await immediate();
    this.#check();
    const failure = this.#broker.takeFailure();
    if (failure !== undefined) throw failure;
    this.#checkDelivered();
    for (const { topic, partition, offset } of this.#offsets) this.#broker.commitOffset(topic, partition, offset);
    this.end('committed');
  }

  async abortTransaction(): Promise<void> {
    this.#check();
    this.#broker.aborts++;
    this.end('aborted');
  }

  /** Ends the open transaction, if there is one, with a marker in each partition that it has written. */
  end(state: 'committed' | 'aborted'): void {
    if (this.#transaction !== undefined) {
      this.#transaction.state = state;
      for (const log of this.#touched) log.appendMarker();
    }
    this.#transaction = undefined;
    this.#touched = new Set();
    this.#offsets = [];
    this.#undelivered = 0;
  }

  async flush(): Promise<void> {
    this.#checkDelivered();
  }

  takeRefused(): readonly RefusedRecord[] {
    const refused = this.#refused;
    this.#refused = [];
    return refused;
  }

  #checkDelivered(): void {
    const undelivered = this.#undelivered;
    if (this.#transactionalId === undefined) this.#undelivered = 0;
    if (undelivered > 0) throw new KafkaClientError(`${undelivered} records not delivered`, 'abort', DELIVERY_FAILED);
  }

  async partitionCount(topic: string): Promise<number> {
    return this.#broker.logs(topic).length;
  }

  async partitionOffsets({ topic, partition }: TopicPartition): Promise<PartitionOffsets> {
    const { low, high } = this.#broker.log(topic, partition);
    return { low, high };
  }

  async close(): Promise<void> {}

  #check(): void {
    if (this.#transactionalId !== undefined && this.#broker.isFenced(this.#transactionalId, this)) {
      throw new KafkaClientError('fenced by a newer producer', 'fatal', FENCED);
    }
  }
}

/** Whoever reads them gets plain objects, as from a cluster. */
function copied(headers: Headers): Headers {
  return headers.map(({ key, value }) => ({ key, value }));
}
