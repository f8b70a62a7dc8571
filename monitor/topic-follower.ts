import { setTimeout as delay } from 'node:timers/promises';
import { type Consumer, type ConsumerRecord, KafkaClientError, type Logger } from 'tributary/kafka';

const MAX_POLL_RECORDS = 5000;
const NOTHING_TO_READ_MS = 100;
const RETRY_MS = 1000;

export interface FollowedTopic {
  readonly topic: string;
  /** Changes when the topic must be read again. */
  readonly incarnation: number;
  /** Where to start, by partition. */
  readonly starts: readonly number[];
}

export interface TopicFollowerOptions {
  /** Creates a consumer without a group. */
  readonly consumer: () => Consumer;
  readonly logger: Logger;
  /** @param live false until the end of each partition was reached that the topic had when the reading began */
  readonly onRecord: (record: ConsumerRecord, live: boolean) => void;
  /** What was read of the topic is void: it is read again, or does not exist any more. */
  readonly onReset: (topic: string) => void;
}

interface Following {
  readonly incarnation: number;
  /** Offset of the next record, by partition. */
  readonly next: number[];
  /** Partitions whose end was not reached yet. */
  readonly behind: Set<number>;
}

/** Reads topics, read_committed, while they are created and deleted. */
export class TopicFollower {
  readonly #options: TopicFollowerOptions;
  readonly #following = new Map<string, Following>();
  #wanted: readonly FollowedTopic[] = [];
  #consumer: Consumer | undefined;
  #connected = false;
  #assigned = true;

  constructor(options: TopicFollowerOptions) {
    this.#options = options;
  }

  /** From the next poll on it reads these topics and no others. A topic that it already reads continues where it is. */
  follow(topics: readonly FollowedTopic[]): void {
    this.#wanted = topics;
  }

  /** True if everything is read that the topic had when the reading began. */
  isCaughtUp(topic: string): boolean {
    return this.#following.get(topic)?.behind.size === 0;
  }

  /** Reads until `signal` is aborted. Rejects only for a defect of the monitor. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#assign();
        if (this.#following.size === 0) await pause(NOTHING_TO_READ_MS, signal);
        else await this.#poll();
      } catch (error) {
        if (!(error instanceof KafkaClientError)) throw error;
        this.#options.logger.debug(`reading topics: ${error.message}`);
        await pause(RETRY_MS, signal);
      }
    }
    await this.#close();
  }

  /** Runs between polls, so that the records of one poll belong to one assignment. */
  async #assign(): Promise<void> {
    const wanted = new Map(this.#wanted.map(followed => [followed.topic, followed]));
    const gone = [...this.#following].filter(
      ([topic, { incarnation }]) => wanted.get(topic)?.incarnation !== incarnation,
    );
    const come = [...wanted.values()].filter(
      ({ topic, incarnation }) => this.#following.get(topic)?.incarnation !== incarnation,
    );
    for (const [topic] of gone) {
      this.#following.delete(topic);
      this.#options.onReset(topic);
    }
    // A client compares leader epochs with those of the deleted topic, and reads nothing of a topic that was created
    // again.
    if (gone.length > 0) await this.#close();
    for (const { topic, incarnation, starts } of come) {
      this.#following.set(topic, { incarnation, next: [...starts], behind: new Set(starts.keys()) });
    }
    if (gone.length + come.length > 0) this.#assigned = false;
    if (this.#assigned || this.#following.size === 0) return;
    const consumer = await this.#connect();
    consumer.assign(
      [...this.#following].flatMap(([topic, { next }]) =>
        next.map((offset, partition) => ({ topic, partition, offset })),
      ),
    );
    this.#assigned = true;
  }

  async #poll(): Promise<void> {
    const { records, ends } = await (await this.#connect()).poll(MAX_POLL_RECORDS);
    for (const record of records) {
      const following = this.#following.get(record.topic);
      if (following === undefined) continue;
      following.next[record.partition] = record.offset + 1;
      this.#options.onRecord(record, following.behind.size === 0);
    }
    for (const { topic, partition } of ends) this.#following.get(topic)?.behind.delete(partition);
  }

  async #connect(): Promise<Consumer> {
    this.#consumer ??= this.#options.consumer();
    if (!this.#connected) await this.#consumer.connect();
    this.#connected = true;
    return this.#consumer;
  }

  async #close(): Promise<void> {
    const consumer = this.#consumer;
    if (consumer === undefined || !this.#connected) return;
    this.#consumer = undefined;
    this.#connected = false;
    try {
      await consumer.close();
    } catch (error) {
      if (!(error instanceof KafkaClientError)) throw error;
      this.#options.logger.debug(error.message);
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}
