import { setTimeout as delay } from 'node:timers/promises';
import kafka, { type KafkaConsumer } from 'node-rdkafka';

const SAMPLE_MS = 100;
const QUERY_TIMEOUT_MS = 1000;

/** The longest time in which nobody could see anything new. */
export interface OutputGap {
  readonly ms: number;
  /** When it began, milliseconds since the epoch. */
  readonly from: number;
}

export interface OutputGaps {
  /** Nothing new in any partition. */
  readonly all: OutputGap;
  /** Nothing new in one of them. */
  readonly one: OutputGap;
}

const NO_GAP: OutputGap = { ms: 0, from: 0 };

function longer(a: OutputGap, b: OutputGap): OutputGap {
  return b.ms > a.ms ? b : a;
}

/** The longest time between two moments that follow each other. */
class LongestGap {
  #last: number | undefined;
  #longest: OutputGap = NO_GAP;
  #longestOfLap: OutputGap = NO_GAP;

  get longest(): OutputGap {
    return this.#longest;
  }

  move(now: number): void {
    const from = this.#last;
    this.#last = now;
    if (from === undefined) return;
    const gap = { ms: now - from, from };
    this.#longest = longer(this.#longest, gap);
    this.#longestOfLap = longer(this.#longestOfLap, gap);
  }

  /** The longest one that has ended since the lap before. */
  lap(): OutputGap {
    const longest = this.#longestOfLap;
    this.#longestOfLap = NO_GAP;
    return longest;
  }
}

/** Looks, all 100 ms, how far a topic can be read by who reads committed only. */
export class OutputWatch {
  readonly #consumer: KafkaConsumer;
  readonly #topic: string;
  readonly #ends: number[];
  readonly #all = new LongestGap();
  readonly #each: readonly LongestGap[];
  #stopped = false;
  #watching: Promise<void> | undefined;

  constructor(brokers: string, topic: string, partitions: number) {
    this.#topic = topic;
    this.#ends = new Array<number>(partitions).fill(0);
    this.#each = this.#ends.map(() => new LongestGap());
    this.#consumer = new kafka.KafkaConsumer(
      {
        'metadata.broker.list': brokers,
        'client.id': 'chaos-output-watch',
        'group.id': 'chaos-output-watch',
        'reconnect.backoff.max.ms': 200,
        // The end that is reported then is the last stable offset.
        'isolation.level': 'read_committed',
      },
      {},
    );
    // That the broker is away is part of the game.
    this.#consumer.on('event.error', () => undefined);
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#consumer.connect({ timeout: 10_000 }, error => (error ? reject(new Error(error.message)) : resolve()));
    });
    this.#watching = this.#watch();
  }

  /** Of the time since the start or the lap before; a gap that lasts still is one of the next lap. */
  lap(): OutputGaps {
    return { all: this.#all.lap(), one: this.#each.map(gap => gap.lap()).reduce(longer) };
  }

  /** Between the first and the last sight of something new. */
  async stop(): Promise<OutputGaps> {
    this.#stopped = true;
    await this.#watching;
    if (this.#consumer.isConnected()) await new Promise<void>(resolve => this.#consumer.disconnect(() => resolve()));
    return { all: this.#all.longest, one: this.#each.map(({ longest }) => longest).reduce(longer) };
  }

  async #watch(): Promise<void> {
    while (!this.#stopped) {
      const startedAt = Date.now();
      const moved = await Promise.all([...this.#ends.keys()].map(partition => this.#moved(partition)));
      const now = Date.now();
      if (moved.includes(true)) this.#all.move(now);
      for (const [partition, gap] of this.#each.entries()) if (moved[partition]) gap.move(now);
      await delay(Math.max(0, SAMPLE_MS - (Date.now() - startedAt)));
    }
  }

  /** False as well where the broker does not answer. */
  #moved(partition: number): Promise<boolean> {
    return new Promise(resolve => {
      this.#consumer.queryWatermarkOffsets(this.#topic, partition, QUERY_TIMEOUT_MS, (error, offsets) => {
        const moved = !error && offsets.highOffset > (this.#ends[partition] ?? 0);
        if (moved) this.#ends[partition] = offsets.highOffset;
        resolve(moved);
      });
    });
  }
}
