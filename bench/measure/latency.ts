import { setTimeout as delay } from 'node:timers/promises';
import kafka, { type KafkaConsumer } from 'node-rdkafka';
import { createTopic, deleteTopics } from '../../test/broker/topics.js';
import { availableMessages } from '../available-messages.js';
import { InputProducer, type KeyPlacement } from '../load/input-producer.js';
import { Workload, type WorkloadOptions } from '../load/workload.js';
import type { Peer, UsersTopics } from '../peers/peer.js';
import { type RunOptions, stop, withTopics } from './measure.js';
import { percentile } from './percentile.js';

export interface LatencyOptions extends RunOptions {
  readonly keys: KeyPlacement;
  /** Records a second. */
  readonly rate: number;
  readonly seconds: number;
  readonly workload: Pick<WorkloadOptions, 'repeatedPercent' | 'badPercent'>;
}

/** From the moment a cleaned user was produced to its input topic until a read_committed consumer had it. Milliseconds. */
export interface Latency {
  readonly peer: string;
  readonly median: number;
  readonly p99: number;
  readonly greatest: number;
  /** Records of the input that were written in a second. */
  readonly recordsPerSecond: number;
}

/** After the peer's first output, before latencies count. */
const WARM_UP_MS = 5_000;
const START_TIMEOUT_MS = 60_000;
const END_TIMEOUT_MS = 60_000;
const PROBE_EVERY_MS = 200;
const PACE_MS = 2;
const POLL_MS = 50;
const BATCH = 1_000;

/**
 * Starts the peer on an empty topic, writes at a steady rate, and reads what it cleaned. Rejects if a cleaned user does not
 * come out, or comes out twice.
 */
export async function measureLatency(peer: Peer<UsersTopics>, options: LatencyOptions): Promise<Latency> {
  const { broker, partitions, windowMs, rate, seconds } = options;
  const [input = ''] = options.inputs;
  await deleteTopics(broker.address, [input]);
  await createTopic(broker.address, input, partitions);
  return await withTopics(peer, options, async run => {
    const spanMs = seconds * 1000 + WARM_UP_MS;
    const records = Math.ceil((spanMs * rate) / 1000);
    const workload = new Workload({ ...options.workload, records, seed: 1, start: Date.now(), spanMs, windowMs });
    const producer = new InputProducer(broker.address, options.keys, { lingerMs: 1 });
    await producer.connect();
    const reader = new LatencyReader(broker.address, run.topics.cleaned, partitions);
    await reader.connect();
    const child = await peer.start(run);
    const reading = reader.read();
    // Awaited at the end; a failure before that must not end the process.
    reading.catch(() => {});
    try {
      const generated = workload[Symbol.iterator]();
      const send = async (): Promise<boolean> => {
        const { done, value: record } = generated.next();
        if (done) return false;
        const value = Buffer.from(record.value);
        while (!producer.send(input, record.key, value, Date.now())) await delay(1);
        return true;
      };
      await until(START_TIMEOUT_MS, 'no first output', async () => {
        await send();
        await delay(PROBE_EVERY_MS);
        return reader.records > 0;
      });
      const startedAt = performance.now();
      reader.countFrom = Date.now() + WARM_UP_MS;
      const sent = await atRate(rate, send);
      const elapsed = (performance.now() - startedAt) / 1000;
      const { cleaned } = workload.result;
      await until(END_TIMEOUT_MS, `not all of ${cleaned} cleaned users`, async () => {
        await delay(PROBE_EVERY_MS);
        return reader.records >= cleaned;
      });
      reader.end();
      await reading;
      if (reader.records !== cleaned) throw new Error(`${reader.records} cleaned users, right is ${cleaned}`);
      const latencies = reader.latencies.sort((a, b) => a - b);
      return {
        peer: peer.name,
        median: percentile(latencies, 50),
        p99: percentile(latencies, 99),
        greatest: percentile(latencies, 100),
        recordsPerSecond: sent / elapsed,
      };
    } finally {
      reader.end();
      await stop(child);
      await reading.catch(() => {});
      await producer.close();
    }
  });
}

/** Calls `send` so many times a second until it returns false. Resolves with the number of calls that returned true. */
async function atRate(rate: number, send: () => Promise<boolean>): Promise<number> {
  const startedAt = performance.now();
  let sent = 0;
  for (;;) {
    const due = ((performance.now() - startedAt) * rate) / 1000;
    while (sent < due) {
      if (!(await send())) return sent;
      sent++;
    }
    await delay(PACE_MS);
  }
}

async function until(timeoutMs: number, failure: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${failure} after ${timeoutMs / 1000} s`);
  }
}

/** Reads a topic whose records have the timestamps of the input, as a read_committed consumer. */
class LatencyReader {
  readonly #client: KafkaConsumer;
  readonly #topic: string;
  readonly #partitions: number;
  #isEnded = false;
  readonly latencies: number[] = [];
  records = 0;
  /** Records with an earlier timestamp have no part in the latencies. */
  countFrom = Number.POSITIVE_INFINITY;

  constructor(address: string, topic: string, partitions: number) {
    this.#topic = topic;
    this.#partitions = partitions;
    this.#client = new kafka.KafkaConsumer(
      {
        'metadata.broker.list': address,
        'client.id': 'latency',
        'group.id': 'latency',
        'enable.auto.commit': false,
        'isolation.level': 'read_committed',
      },
      {},
    );
  }

  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#client.connect({ timeout: START_TIMEOUT_MS }, error =>
        error ? reject(new Error(error.message)) : resolve(),
      );
    });
  }

  end(): void {
    this.#isEnded = true;
  }

  /** Reads from the beginning until `end`. */
  async read(): Promise<void> {
    const partitions = Array.from({ length: this.#partitions }, (_, partition) => partition);
    this.#client.assign(partitions.map(partition => ({ topic: this.#topic, partition, offset: 0 })));
    while (!this.#isEnded) {
      const messages = await availableMessages(this.#client, BATCH, POLL_MS);
      const now = Date.now();
      this.records += messages.length;
      for (const { timestamp = 0 } of messages) if (timestamp >= this.countFrom) this.latencies.push(now - timestamp);
    }
    await new Promise<void>(resolve => this.#client.disconnect(() => resolve()));
  }
}
