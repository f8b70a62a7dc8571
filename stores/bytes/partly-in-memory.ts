import { setImmediate as nextTurn } from 'node:timers/promises';
import { MemoryLevel } from 'memory-level';
import type { StateKey } from '../encoding/state-key.js';
import type { Level, LevelBatch, LevelIterator } from './state-database.js';

/** An insert takes some 5 us of the calling thread (measured with a million entries), so other work gets its turn. */
const WRITES_A_TURN = 1000;

/**
 * Values as text with a character for each byte. A Buffer that is a part of a larger one would keep all of that, and
 * one with memory of its own costs 200 bytes more.
 */
const BYTES_AS_TEXT = {
  name: 'bytes-as-text',
  format: 'utf8',
  encode: (value: Buffer): string => value.toString('latin1'),
  decode: (text: string): Buffer => Buffer.from(text, 'latin1'),
} as const;

/**
 * A level that keeps some keys in memory only. A new one has none of them. A range must be all in memory or all on
 * disk.
 */
export class PartlyInMemory implements Level {
  readonly #disk: Level;
  readonly #memory = new MemoryLevel<StateKey, Buffer>({ storeEncoding: 'utf8', valueEncoding: BYTES_AS_TEXT });
  readonly #isInMemory: (key: StateKey) => boolean;

  constructor(disk: Level, isInMemory: (key: StateKey) => boolean) {
    this.#disk = disk;
    this.#isInMemory = isInMemory;
  }

  async open(): Promise<void> {
    await this.#disk.open();
    await this.#memory.open();
  }

  getSync(key: StateKey): Buffer | undefined {
    return this.#levelOf(key).getSync(key);
  }

  batch(): LevelBatch {
    return new SplitBatch(this.#disk.batch(), () => this.#memory.batch(), this.#isInMemory);
  }

  clear(range: { readonly gte: StateKey; readonly lt: StateKey }): Promise<void> {
    return this.#levelOf(range.gte).clear(range);
  }

  iterator(range: { readonly gte: StateKey; readonly lt: StateKey; readonly reverse?: boolean }): LevelIterator {
    return this.#levelOf(range.gte).iterator(range);
  }

  async close(): Promise<void> {
    await this.#memory.close();
    await this.#disk.close();
  }

  #levelOf(key: StateKey): Level {
    return this.#isInMemory(key) ? this.#memory : this.#disk;
  }
}

/**
 * What goes to disk is written first, all of it or nothing. What stays in memory follows part by part: if the process
 * dies between two of them, both are gone.
 */
class SplitBatch implements LevelBatch {
  readonly #disk: LevelBatch;
  readonly #newPart: () => LevelBatch;
  readonly #isInMemory: (key: StateKey) => boolean;
  readonly #parts: LevelBatch[] = [];
  #part: LevelBatch | undefined;
  #writesOfPart = 0;

  constructor(disk: LevelBatch, newPart: () => LevelBatch, isInMemory: (key: StateKey) => boolean) {
    this.#disk = disk;
    this.#newPart = newPart;
    this.#isInMemory = isInMemory;
  }

  put(key: StateKey, value: Buffer): void {
    this.#batchOf(key).put(key, value);
  }

  del(key: StateKey): void {
    this.#batchOf(key).del(key);
  }

  async write(): Promise<void> {
    await this.#disk.write();
    for (const part of this.#parts) {
      await part.write();
      await nextTurn();
    }
  }

  #batchOf(key: StateKey): LevelBatch {
    if (!this.#isInMemory(key)) return this.#disk;
    if (this.#part === undefined || this.#writesOfPart === WRITES_A_TURN) {
      this.#part = this.#newPart();
      this.#parts.push(this.#part);
      this.#writesOfPart = 0;
    }
    this.#writesOfPart++;
    return this.#part;
  }
}
