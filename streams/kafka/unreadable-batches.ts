import { codecName, remedyOfCodec } from './client-features.js';
import type { UnreadableBatch } from './ports.js';

/**
 * With `debug=msg` the client logs the batch that it can't decompress. The error of its poll does not name the
 * partition.
 */
const UNSUPPORTED =
  /: (\S+) \[(\d+)\]: Message at offset (\d+) with unsupported compression codec 0x([0-9a-f]+): message ignored$/;

/** The batches at which partitions of a client wait, since the last assignment. */
export class UnreadableBatches {
  /**
   * The debug contexts that the client's log needs for it, added to those that are configured. They cost some lines for
   * each fetch.
   */
  static debugContexts(others: unknown): string {
    return typeof others === 'string' && others !== '' ? `${others},msg` : 'msg';
  }
  /** By partition. */
  readonly #all = new Map<string, UnreadableBatch>();
  #met: UnreadableBatch[] = [];

  get all(): readonly UnreadableBatch[] {
    return [...this.#all.values()];
  }

  get hasMet(): boolean {
    return this.#met.length > 0;
  }

  /** Takes a line of the client's log. */
  onLog(message: string): void {
    const [, topic, partition, offset, codec] = UNSUPPORTED.exec(message) ?? [];
    if (topic === undefined || partition === undefined || offset === undefined || codec === undefined) return;
    const place = { topic, partition: Number(partition), offset: Number(offset) };
    const key = `${topic}-${partition}`;
    if (this.#all.get(key)?.offset === place.offset) return;
    const name = codecName(Number.parseInt(codec, 16));
    const reason =
      `${key} can't be read on from offset ${offset}: the batch there is compressed with ${name}, ` +
      `which this build of librdkafka lacks; ${remedyOfCodec(name)}`;
    const batch = { ...place, codec: name, reason };
    this.#all.set(key, batch);
    this.#met.push(batch);
  }

  /** The batches found since the last call. */
  takeMet(): readonly UnreadableBatch[] {
    const met = this.#met;
    this.#met = [];
    return met;
  }

  /** The client reads other partitions from now on. */
  clear(): void {
    this.#all.clear();
    this.#met = [];
  }
}
