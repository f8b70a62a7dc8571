/** Bytes that may wait while the previous batch is written. */
const MAX_WAITING_BYTES = 2_000_000;

/** The records of one changelog that are to be written. */
export interface ChangelogBatch<Writes> {
  records: number;
  readonly writes: Writes;
  /** The changelog offset after these records. */
  position: number;
  /** The age of the rows (`TaskState.asOf`). */
  asOf: number;
}

/**
 * Writes the batches of changelogs, one after the other. Records that arrive during a write wait for the next batch.
 */
export class ChangelogBatches<Changelog, Writes extends { readonly bytes: number }> {
  readonly #open: (changelog: Changelog) => Writes;
  readonly #write: (changelog: Changelog, batch: ChangelogBatch<Writes>) => Promise<void>;
  #waiting = new Map<Changelog, ChangelogBatch<Writes>>();
  /** Writes until nothing waits. */
  #writing: Promise<void> | undefined;
  /** The write of the batches that were taken last. */
  #taken: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** `open` begins a batch, `write` ends it. */
  constructor(
    open: (changelog: Changelog) => Writes,
    write: (changelog: Changelog, batch: ChangelogBatch<Writes>) => Promise<void>,
  ) {
    this.#open = open;
    this.#write = write;
  }

  /** The waiting batch of the changelog. undefined if there is none. */
  waiting(changelog: Changelog): ChangelogBatch<Writes> | undefined {
    return this.#waiting.get(changelog);
  }

  /** The waiting batch of the changelog. Begins one if there is none. */
  of(changelog: Changelog): ChangelogBatch<Writes> {
    let batch = this.#waiting.get(changelog);
    if (batch === undefined) {
      batch = { records: 0, writes: this.#open(changelog), position: 0, asOf: 0 };
      this.#waiting.set(changelog, batch);
    }
    return batch;
  }

  /** Starts to write the waiting batches. Resolves when few enough bytes wait. Rejects with the error of a write. */
  async write(): Promise<void> {
    this.#begin();
    while (this.#isFull && this.#failure === undefined) await this.#taken?.catch(() => {});
    this.#check();
  }

  /** Resolves when no batch waits and none is being written. Rejects with the error of a write. */
  async settle(): Promise<void> {
    this.#begin();
    await this.#writing;
    this.#check();
  }

  #begin(): void {
    if (this.#failure === undefined && this.#waiting.size > 0) this.#writing ??= this.#writeWaiting();
  }

  async #writeWaiting(): Promise<void> {
    try {
      while (this.#waiting.size > 0) {
        this.#taken = this.#writeAll(this.#waiting);
        this.#waiting = new Map();
        await this.#taken;
      }
    } catch (error) {
      this.#failure = { error };
    }
    this.#writing = undefined;
  }

  async #writeAll(batches: ReadonlyMap<Changelog, ChangelogBatch<Writes>>): Promise<void> {
    for (const [changelog, batch] of batches) await this.#write(changelog, batch);
  }

  get #isFull(): boolean {
    let bytes = 0;
    for (const { writes } of this.#waiting.values()) bytes += writes.bytes;
    return bytes >= MAX_WAITING_BYTES;
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
