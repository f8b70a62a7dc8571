import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../producer/generator/random.js';
import { UserGenerator } from '../../producer/generator/user-generator.js';
import { userKey } from '../../producer/user-key.js';
import { DeliveryProducer } from '../../streams/kafka/delivery-producer.js';
import { partitionFor } from '../../streams/kafka/partitioner.js';
import type { RoundPlan } from './plan.js';

export const INPUT_TOPIC = 'user';
const SLICE_MS = 20;
const DELIVERY_TIMEOUT_MS = 300_000;
const UNCLEAN_SHARE = 0.002;
const LATER_MS = 30_000;

export interface InputOptions {
  /** Past all that disturbs the topology's connections. */
  readonly brokers: string;
  readonly plan: Pick<RoundPlan, 'seed' | 'users' | 'sendMs' | 'ending'>;
  /** All at once: `sendMs` is then only the event time between the first and the last one. */
  readonly atOnce?: boolean;
  readonly partitions: number;
  /** Timestamps are so much ahead of the wall clock, milliseconds; negative: before it. */
  readonly leadMs: number;
  /** A record's timestamp is lower than the highest one before it by less than this, milliseconds. */
  readonly disorderMs: number;
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

/** The users of a round on their way into the topic `user`. */
export class Input {
  readonly #options: InputOptions;
  readonly #producer: DeliveryProducer;
  /** The sender makes them between two users. */
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
   * Sends the users evenly over the time that the plan gives, each once. Where the plan says so, records that can't be cleaned follow
   * in each partition, with timestamps at which all windows of users are closed.
   *
   * @throws Error if the broker has not got every record
   */
  async send(): Promise<void> {
    const { plan, leadMs, partitions } = this.#options;
    const random = new Random(plan.seed);
    const users = new UserGenerator(plan.seed);
    try {
      await this.#producer.connect();
      this.#startedAt = Date.now();
      for (; this.#sent < plan.users; this.#sent++) {
        await this.#turn();
        await this.#sendUser(users, random);
      }
      this.#endPauses();
      if (plan.ending === 'records') {
        const end = this.#startedAt + leadMs + plan.sendMs + this.#delayMs + LATER_MS;
        for (const key of keysOfPartitions(partitions)) await this.#put(key, 'the end of the round', end);
      }
      await this.#delivered();
    } finally {
      this.#endPauses();
      await this.#producer.close();
    }
  }

  /** Does `work` between two users; those to come wait until it is done. False, and nothing is done, once all users are sent. */
  pause(work: Pause['work']): Promise<boolean> {
    if (this.#over) return Promise.resolve(false);
    return new Promise((resolve, reject) => this.#pauses.push({ work, resolve, reject }));
  }

  /** Waits until the next user is due, and makes the pauses that are asked for. */
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

  async #sendUser(users: UserGenerator, random: Random): Promise<void> {
    const timestamp = this.#time - random.integer(0, this.#options.disorderMs);
    const { user } = users.next();
    const text = JSON.stringify(user);
    const unclean = random.fraction() < UNCLEAN_SHARE;
    await this.#put(userKey(user.email), unclean ? text.slice(0, -1) : text, timestamp);
  }

  get #time(): number {
    return this.#startedAt + this.#options.leadMs + this.#timeOf(this.#sent) + this.#delayMs;
  }

  #timeOf(number: number): number {
    const { sendMs, users } = this.#options.plan;
    return Math.floor((number * sendMs) / users);
  }

  async #put(key: string | null, value: string, timestamp: number): Promise<void> {
    while (!this.#producer.send(INPUT_TOPIC, key, Buffer.from(value), timestamp)) await this.#producer.drained();
  }

  async #delivered(): Promise<void> {
    await this.#producer.flush();
    const { sent, delivered, firstError } = this.#producer.counts;
    if (delivered !== sent) throw new Error(`${delivered} of ${sent} records were delivered: ${firstError}`);
  }
}

/** For each partition a key that belongs there. */
function keysOfPartitions(partitions: number): string[] {
  const keys = new Map<number, string>();
  for (let number = 0; keys.size < partitions; number++) {
    const key = `end-${number}`;
    keys.set(partitionFor(Buffer.from(key), partitions), key);
  }
  return [...keys.values()];
}
