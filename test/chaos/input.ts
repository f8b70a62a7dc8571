import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../producer/generator/random.js';
import { UserGenerator } from '../../producer/generator/user-generator.js';
import { userKey } from '../../producer/user-key.js';
import { DeliveryProducer } from '../../streams/kafka/delivery-producer.js';
import { partitionFor } from '../../streams/kafka/partitioner.js';
import type { RoundPlan } from './plan.js';

const TOPIC = 'user';
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
  /** Timestamps are so much ahead of the wall clock, milliseconds; behind it where negative. */
  readonly leadMs: number;
  /** A record's timestamp is behind the highest one before it by less than this, milliseconds. */
  readonly disorderMs: number;
}

/**
 * Sends the users of a round to the topic `user`, evenly over the time that the plan gives, each once. Where the plan says so,
 * records that can't be cleaned follow in each partition, with timestamps at which all windows of users are closed.
 *
 * @throws Error if the broker has not got every record
 */
export async function sendInput(options: InputOptions): Promise<void> {
  const { brokers, plan, partitions, leadMs, disorderMs } = options;
  const producer = new DeliveryProducer({
    cluster: { brokers, clientId: 'chaos-input' },
    deliveryTimeoutMs: DELIVERY_TIMEOUT_MS,
  });
  await producer.connect();
  const send = async (key: string | null, value: string, timestamp: number): Promise<void> => {
    while (!producer.send(TOPIC, key, Buffer.from(value), timestamp)) await producer.drained();
  };
  try {
    const random = new Random(plan.seed);
    const users = new UserGenerator(plan.seed);
    const startedAt = Date.now();
    const timeOf = (number: number): number => Math.floor((number * plan.sendMs) / plan.users);
    for (let number = 0; number < plan.users; number++) {
      while (!options.atOnce && timeOf(number) > Date.now() - startedAt) await delay(SLICE_MS);
      const timestamp = startedAt + leadMs + timeOf(number) - random.integer(0, disorderMs);
      const { user } = users.next();
      const text = JSON.stringify(user);
      const unclean = random.fraction() < UNCLEAN_SHARE;
      await send(userKey(user.email), unclean ? text.slice(0, -1) : text, timestamp);
    }
    if (plan.ending === 'records') {
      const end = startedAt + leadMs + plan.sendMs + LATER_MS;
      for (const key of keysOfPartitions(partitions)) await send(key, 'the end of the round', end);
    }
    await producer.flush();
    const { sent, delivered, firstError } = producer.counts;
    if (delivered !== sent) throw new Error(`${delivered} of ${sent} records were delivered: ${firstError}`);
  } finally {
    await producer.close();
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
