import kafka from 'node-rdkafka';

/**
 * Where the input's records are.
 *
 * - `in-place`: where Java's default partitioner puts their keys, so that what is grouped by the key is counted where it
 *   arrives.
 * - `elsewhere`: where librdkafka's default partitioner puts them (`consistent_random`, by CRC32), as clients in C, Go or
 *   Python do. With 4 partitions three keys in four are in another partition than Java's partitioner would choose.
 */
export type KeyPlacement = (typeof KEY_PLACEMENTS)[number];

export const KEY_PLACEMENTS = ['in-place', 'elsewhere'] as const;

const PARTITIONERS = { 'in-place': 'murmur2_random', elsewhere: 'consistent_random' } as const;
const QUEUE_FULL = kafka.CODES.ERRORS.ERR__QUEUE_FULL;
const TIMEOUT_MS = 60_000;

/** Writes the input of a measurement. A record without a key goes to a random partition. */
export class InputProducer {
  readonly #client: kafka.Producer;

  constructor(address: string, keys: KeyPlacement, { lingerMs }: { readonly lingerMs: number }) {
    this.#client = new kafka.Producer(
      {
        'metadata.broker.list': address,
        'client.id': 'load',
        'enable.idempotence': true,
        'compression.type': 'lz4',
        'linger.ms': lingerMs,
        'queue.buffering.max.messages': 50_000,
      },
      { partitioner: PARTITIONERS[keys] },
    );
  }

  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#client.connect({ timeout: TIMEOUT_MS }, error => (error ? reject(new Error(error.message)) : resolve()));
    });
  }

  /** False when the client's queue is full. */
  send(topic: string, key: string | null, value: Buffer, timestamp: number): boolean {
    try {
      this.#client.produce(topic, null, value, key, timestamp);
      return true;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === QUEUE_FULL)) throw error;
      // What was delivered leaves the queue only when its report is taken.
      this.#client.poll();
      return false;
    }
  }

  /** Resolves when the broker has all records that were sent. */
  async close(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#client.flush(TIMEOUT_MS, error => (error ? reject(new Error(error.message)) : resolve()));
    });
    await new Promise<void>(resolve => this.#client.disconnect(() => resolve()));
  }
}
