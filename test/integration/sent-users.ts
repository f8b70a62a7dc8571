import assert from 'node:assert/strict';
import { DeliveryProducer } from '../../streams/kafka/delivery-producer.js';
import type { SentUser } from './expected-tables.js';

const COUNTRIES = ['China', 'Indonesia', 'Bosnia and Herzegovina', "Cote d'Ivoire", 'Brazil'];

export interface InputRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
}

/**
 * Timestamps go up from `from`, one millisecond in two records, with some out of order by less than the grace. They run
 * ahead of the wall clock: if they were not, a pause of the sender would be silence, after which they are rightly late.
 */
export function someUsers(count: number, from: number): SentUser[] {
  return Array.from({ length: count }, (_, i) => ({
    email: `user${(i * 7919) % Math.ceil(count * 0.9)}@example.com`,
    country: COUNTRIES[(i * i) % COUNTRIES.length] ?? 'China',
    gender: i % 3 === 0 ? 'Male' : 'Female',
    timestamp: from + Math.floor(i / 2) - (i % 50 === 0 ? 500 : 0),
  }));
}

export function recordOf({ email, country, gender, timestamp }: SentUser): InputRecord {
  const user = {
    email: email.toUpperCase(),
    country: ` ${country.toLowerCase()}`,
    gender,
    date: '06/05/2018',
    ip_address: '10.0.0.1',
  };
  return { key: Buffer.from(email), value: Buffer.from(JSON.stringify(user)), timestamp };
}

/** Sends to the topic `user`, and resolves when the broker has all. */
export async function sendRecords(brokers: string, records: readonly InputRecord[]): Promise<void> {
  const producer = new DeliveryProducer({
    cluster: { brokers, clientId: 'test', clientConfig: { 'message.max.bytes': '1048588' } },
  });
  await producer.connect();
  for (const { key, value, timestamp } of records) {
    while (!producer.send('user', key, value, timestamp)) await producer.drained();
  }
  await producer.flush();
  await producer.close();
  assert.equal(producer.counts.delivered, records.length, producer.counts.firstError);
}
