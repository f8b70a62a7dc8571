import { setTimeout as delay } from 'node:timers/promises';
import { DeliveryProducer } from '../../streams/kafka/delivery-producer.js';
import { partitionFor } from '../../streams/kafka/partitioner.js';
import type { RoundPlan } from './plan.js';

const SLICE_MS = 20;
const DELIVERY_TIMEOUT_MS = 300_000;

export interface InputRecord {
  readonly topic: string;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
}

/** What is sent. It depends on its seed alone, but for the times. */
export interface InputContent {
  /** The next record, at this event time. */
  next(time: number): InputRecord;
  /** What ends the round: records that close all windows of those before, which were up to this time. */
  end(time: number): readonly InputRecord[];
}

export interface InputOptions {
  /** Past all that disturbs the topology's connections. */
  readonly brokers: string;
  readonly plan: Pick<RoundPlan, 'records' | 'sendMs' | 'ending'>;
  /** All at once: `sendMs` is then only the event time between the first and the last one. */
  readonly atOnce?: boolean;
  readonly content: InputContent;
  /** Timestamps are so much ahead of the wall clock, milliseconds; negative: before it. */
  readonly leadMs: number;
  /** What ends the round is sent when this resolves; the broker has all that was sent. */
  readonly beforeEnd?: () => Promise<void>;
}

/** The input while nothing is sent: the broker has all that was. */
export interface PausedInput {
  /** Of the pauses so far. */
  readonly number: number;
  /** The timestamp for a record of this moment: none so far is above, those to come are not below by more than the disorder. */
  readonly time: number;
  /** Event time goes on with the wall clock meanwhile; the timestamps of all that follows are later by `ms` milliseconds more. */
  delayTime(ms: number): void;
}

interface Pause {
  readonly work: (input: PausedInput) => Promise<void>;
  readonly resolve: (done: boolean) => void;
  readonly reject: (reason: unknown) => void;
}

/** The records of a round on their way to their topics. */
export class Input {
  readonly #options: InputOptions;
  readonly #producer: DeliveryProducer;
  /** The sender makes them between two records. */
  readonly #pauses: Pause[] = [];
  #over = false;
  #startedAt = 0;
  #sent = 0;
  #paused = 0;
  #pausedMs = 0;
  #delayMs = 0;

  constructor(options: InputOptions) {
    this.#options = options;
    this.#producer = new DeliveryProducer({
      cluster: { brokers: options.brokers, clientId: 'chaos-input' },
      deliveryTimeoutMs: DELIVERY_TIMEOUT_MS,
    });
  }

  /**
   * Sends the records evenly over the time that the plan gives, each once. Where the plan says so, those that end the round follow.
   *
   * @throws Error if the broker has not got every record
   */
  async send(): Promise<void> {
    const { plan, content, leadMs } = this.#options;
    try {
      await this.#producer.connect();
      this.#startedAt = Date.now();
      for (; this.#sent < plan.records; this.#sent++) {
        await this.#turn();
        await this.#put(content.next(this.#time));
      }
      this.#endPauses();
      if (plan.ending === 'records') {
        await this.#delivered();
        await this.#options.beforeEnd?.();
        const end = this.#startedAt + leadMs + plan.sendMs + this.#delayMs;
        for (const record of content.end(end)) await this.#put(record);
      }
      await this.#delivered();
    } finally {
      this.#endPauses();
      await this.#producer.close();
    }
  }

  /** Does `work` between two records; those to come wait until it is done. False, and nothing is done, once all records are sent. */
  pause(work: Pause['work']): Promise<boolean> {
    if (this.#over) return Promise.resolve(false);
    return new Promise((resolve, reject) => this.#pauses.push({ work, resolve, reject }));
  }

  /** Waits until the next record is due, and makes the pauses that are asked for. */
  async #turn(): Promise<void> {
    for (;;) {
      const pause = this.#pauses.shift();
      if (pause !== undefined) await this.#make(pause);
      else if (this.#options.atOnce) return;
      else if (this.#timeOf(this.#sent) <= Date.now() - this.#startedAt - this.#pausedMs) return;
      else await delay(SLICE_MS);
    }
  }

  async #make({ work, resolve, reject }: Pause): Promise<void> {
    await this.#delivered().catch(error => {
      reject(error);
      throw error;
    });
    const pausedAt = Date.now();
    const lasted = (): number => Date.now() - pausedAt;
    const timeOfNext = (): number => this.#time + lasted();
    const delayTime = (ms: number): void => {
      this.#delayMs += ms;
    };
    const input: PausedInput = {
      number: this.#paused++,
      get time() {
        return timeOfNext();
      },
      delayTime,
    };
    await work(input).then(() => resolve(true), reject);
    this.#delayMs += lasted();
    this.#pausedMs += lasted();
  }

  #endPauses(): void {
    this.#over = true;
    for (const { resolve } of this.#pauses.splice(0)) resolve(false);
  }

  get #time(): number {
    return this.#startedAt + this.#options.leadMs + this.#timeOf(this.#sent) + this.#delayMs;
  }

  #timeOf(number: number): number {
    const { sendMs, records } = this.#options.plan;
    return Math.floor((number * sendMs) / records);
  }

  async #put({ topic, key, value, timestamp }: InputRecord): Promise<void> {
    while (!this.#producer.send(topic, key, value, timestamp)) await this.#producer.drained();
  }

  async #delivered(): Promise<void> {
    await this.#producer.flush();
    const { sent, delivered, firstError } = this.#producer.counts;
    if (delivered !== sent) throw new Error(`${delivered} of ${sent} records were delivered: ${firstError}`);
  }
}

/** For each partition a key that belongs there. */
export function keysOfPartitions(partitions: number, prefix = 'end-'): string[] {
  const keys = new Map<number, string>();
  for (let number = 0; keys.size < partitions; number++) {
    const key = `${prefix}${number}`;
    keys.set(partitionFor(Buffer.from(key), partitions), key);
  }
  return [...keys.values()];
}
