import type { Consumer, Producer } from '../../kafka/ports.js';
import { KafkaClientError } from '../../kafka/ports.js';
import type { TopicPartitionOffset } from '../../kafka/record.js';
import type { RecordCollector } from '../output/record-collector.js';

/** What a commit does with the producer, by the processing guarantee. Transactions are numbered from 1. */
export interface Committer {
  /** Number of the transaction that what is sent now belongs to, or that is about to commit. */
  readonly transaction: number;
  start(): Promise<void>;
  /** Reading begins at these offsets, of partitions of which the group has none. */
  beginAt(offsets: readonly TopicPartitionOffset[]): Promise<void>;
  /** Commits all that was sent, with `offsets`. When it resolves the next transaction is open. */
  commit(offsets: readonly TopicPartitionOffset[]): Promise<void>;
  /** Undoes all that was sent since the last commit, and opens the next transaction. */
  abort(): Promise<void>;
}

const COMMIT_TRIES = 5;
const REQUEST_TIMED_OUT = 7;
const REBALANCE_IN_PROGRESS = 27;

/** exactly_once_v2: output, changelogs and offsets become visible together, or not at all (KIP-447). */
export class TransactionalCommitter implements Committer {
  readonly #producer: Producer;
  readonly #consumer: Consumer;
  readonly #collector: RecordCollector;
  #transaction = 0;

  constructor(producer: Producer, consumer: Consumer, collector: RecordCollector) {
    this.#producer = producer;
    this.#consumer = consumer;
    this.#collector = collector;
  }

  get transaction(): number {
    return this.#transaction;
  }

  async start(): Promise<void> {
    await this.#producer.initTransactions();
    await this.#begin();
  }

  /** Nothing of a task is there without the offsets that were committed with it. */
  async beginAt(): Promise<void> {}

  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    this.#collector.close();
    if (offsets.length > 0) await retrying(() => this.#producer.sendOffsetsToTransaction(offsets, this.#consumer));
    await this.#end();
    await this.#beginNext();
  }

  /**
   * A commit whose outcome is not known has to be asked for again: only the broker knows it. If it stays unknown, undoing it here
   * might undo what was committed: only a new worker finds out.
   */
  async #end(): Promise<void> {
    try {
      await retrying(() => this.#producer.commitTransaction());
    } catch (error) {
      if (!(error instanceof KafkaClientError && error.kind === 'retriable')) throw error;
      throw asFatal('outcome of the commit unknown', error);
    }
  }

  /** The commit has passed: to undo it here would take the state back, and not what Kafka has. */
  async #beginNext(): Promise<void> {
    try {
      await this.#begin();
    } catch (error) {
      if (!(error instanceof KafkaClientError)) throw error;
      throw asFatal('no transaction after the commit', error);
    }
  }

  async abort(): Promise<void> {
    this.#collector.discard();
    await retrying(() => this.#producer.abortTransaction());
    await this.#begin();
  }

  async #begin(): Promise<void> {
    await this.#producer.beginTransaction();
    this.#transaction++;
    this.#collector.open();
  }
}

/** at_least_once: output first, then the offsets; after a crash records between the two are processed again. */
export class AtLeastOnceCommitter implements Committer {
  readonly #producer: Producer;
  readonly #consumer: Consumer;
  readonly #collector: RecordCollector;
  #transaction = 1;

  constructor(producer: Producer, consumer: Consumer, collector: RecordCollector) {
    this.#producer = producer;
    this.#consumer = consumer;
    this.#collector = collector;
  }

  get transaction(): number {
    return this.#transaction;
  }

  async start(): Promise<void> {
    this.#collector.open();
  }

  /**
   * A task's state is delivered before its offsets are committed. If it were found without an offset of the group, it would be taken for the
   * state of a group whose offsets were lost, and what was not delivered with it would be left out.
   */
  async beginAt(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    if (offsets.length === 0) return;
    try {
      await this.#consumer.commit(offsets);
    } catch (error) {
      // The assignment that follows begins again.
      if (!(error instanceof KafkaClientError && error.code === REBALANCE_IN_PROGRESS)) throw error;
    }
  }

  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    this.#collector.close();
    await retrying(() => this.#producer.flush());
    if (offsets.length > 0) await this.#commitOffsets(offsets);
    this.#transaction++;
    this.#collector.open();
  }

  /** If the group may have the offsets, the state may not be taken back: what was processed would not come again. */
  async #commitOffsets(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    try {
      await retrying(() => this.#consumer.commit(offsets));
    } catch (error) {
      // The client's own errors are negative: no broker has answered.
      if (!(error instanceof KafkaClientError) || (error.code > 0 && error.code !== REQUEST_TIMED_OUT)) throw error;
      throw asFatal('outcome of the commit unknown', error);
    }
  }

  async abort(): Promise<void> {
    // What it fails with would be missing at the next flush: the client reports it once.
    await this.#collector.delivered();
    this.#collector.discard();
    this.#transaction++;
    this.#collector.open();
  }
}

function asFatal(what: string, error: KafkaClientError): KafkaClientError {
  return new KafkaClientError(`${what}: ${error.message}`, 'fatal', error.code, { cause: error });
}

async function retrying(call: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await call();
      return;
    } catch (error) {
      if (!(error instanceof KafkaClientError && error.kind === 'retriable') || attempt === COMMIT_TRIES) throw error;
    }
  }
}
