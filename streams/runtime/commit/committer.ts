import type { Consumer, Producer } from '../../kafka/ports.js';
import { KafkaClientError } from '../../kafka/ports.js';
import type { TopicPartitionOffset } from '../../kafka/record.js';
import type { RecordCollector } from '../output/record-collector.js';

/** What a commit does with the producer, for each processing guarantee. Transactions are numbered from 1. */
export interface Committer {
  /** Number of the transaction that is open, or is about to commit. */
  readonly transaction: number;
  /** True if offsets are committed together with everything that was sent. */
  readonly isAtomic: boolean;
  start(): Promise<void>;
  /** Reading starts at these offsets of partitions for which the group has no committed offset. */
  beginAt(offsets: readonly TopicPartitionOffset[]): Promise<void>;
  /** Commits everything that was sent, with `offsets`. When it resolves, the next transaction is open. */
  commit(offsets: readonly TopicPartitionOffset[]): Promise<void>;
  /** Undoes everything that was sent since the last commit, and opens the next transaction. */
  abort(): Promise<void>;
}

/** What is committed, and where. */
export interface CommitterClients {
  readonly producer: Producer;
  readonly consumer: Consumer;
  readonly collector: RecordCollector;
}

const COMMIT_TRIES = 5;
const REQUEST_TIMED_OUT = 7;
const REBALANCE_IN_PROGRESS = 27;

/** exactly_once_v2: output, changelogs and offsets become visible together, or not at all (KIP-447). */
export class TransactionalCommitter implements Committer {
  readonly isAtomic = true;
  readonly #clients: CommitterClients;
  #transaction = 0;

  constructor(clients: CommitterClients) {
    this.#clients = clients;
  }

  get transaction(): number {
    return this.#transaction;
  }

  async start(): Promise<void> {
    await this.#clients.producer.initTransactions();
    await this.#begin();
  }

  /** No offsets are needed: the state of a task always has the offsets that were committed with it. */
  async beginAt(): Promise<void> {}

  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    this.#clients.collector.close();
    if (offsets.length > 0)
      await retrying(() => this.#clients.producer.sendOffsetsToTransaction(offsets, this.#clients.consumer));
    await this.#end();
    await this.#beginNext();
  }

  /**
   * If the outcome of a commit is unknown, it must be requested again: only the broker knows it. If it stays unknown,
   * an undo might undo what was committed. Only a new worker can find out.
   */
  async #end(): Promise<void> {
    try {
      await retrying(() => this.#clients.producer.commitTransaction());
    } catch (error) {
      if (!(error instanceof KafkaClientError && error.kind === 'retriable')) throw error;
      throw asFatal('outcome of the commit unknown', error);
    }
  }

  /** The commit has succeeded. An undo would take back the state, but not what Kafka has. */
  async #beginNext(): Promise<void> {
    try {
      await this.#begin();
    } catch (error) {
      if (!(error instanceof KafkaClientError)) throw error;
      throw asFatal('no transaction after the commit', error);
    }
  }

  async abort(): Promise<void> {
    this.#clients.collector.discard();
    await retrying(() => this.#clients.producer.abortTransaction());
    await this.#begin();
  }

  async #begin(): Promise<void> {
    await this.#clients.producer.beginTransaction();
    this.#transaction++;
    this.#clients.collector.open();
  }
}

/** at_least_once: output first, then the offsets. After a crash between the two, records are processed again. */
export class AtLeastOnceCommitter implements Committer {
  readonly isAtomic = false;
  readonly #clients: CommitterClients;
  #transaction = 1;

  constructor(clients: CommitterClients) {
    this.#clients = clients;
  }

  get transaction(): number {
    return this.#transaction;
  }

  async start(): Promise<void> {
    this.#clients.collector.open();
  }

  /**
   * The state of a task is delivered before its offsets are committed. Without a committed offset of the group, that
   * state would look like the state of a group whose offsets were lost. The records that were not delivered with it
   * would be skipped.
   */
  async beginAt(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    if (offsets.length === 0) return;
    try {
      await this.#clients.consumer.commit(offsets);
    } catch (error) {
      // The next assignment starts again.
      if (!(error instanceof KafkaClientError && error.code === REBALANCE_IN_PROGRESS)) throw error;
    }
  }

  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    this.#clients.collector.close();
    await retrying(() => this.#clients.producer.flush());
    if (offsets.length > 0) await this.#commitOffsets(offsets);
    this.#transaction++;
    this.#clients.collector.open();
  }

  /**
   * If the group may have the offsets, the state must not be taken back: the processed records would not be read again.
   */
  async #commitOffsets(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    try {
      await retrying(() => this.#clients.consumer.commit(offsets));
    } catch (error) {
      // Codes of the client's own errors are negative. With these, no broker has answered.
      if (!(error instanceof KafkaClientError) || (error.code > 0 && error.code !== REQUEST_TIMED_OUT)) throw error;
      throw asFatal('outcome of the commit unknown', error);
    }
  }

  async abort(): Promise<void> {
    // The client reports a delivery failure once. A failure reported here would be missing at the next flush.
    await this.#clients.collector.delivered();
    this.#clients.collector.discard();
    this.#transaction++;
    this.#clients.collector.open();
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
