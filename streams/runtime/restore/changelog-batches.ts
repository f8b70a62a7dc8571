/** Bytes that may wait for the write before. */
const MAX_WAITING_BYTES = 2_000_000;

/** What came for one changelog and is to be written. */
export interface ChangelogBatch<Writes> {
  records: number;
  readonly writes: Writes;
  /** It reaches to here, not included. */
  position: number;
  /** As of when (`TaskState.asOf`). */
  asOf: number;
}

/** Writes the batches of changelogs, one after the other. What comes while a write is under way waits for the next one. */
export class ChangelogBatches<Changelog, Writes extends { readonly bytes: number }> {
  readonly #open: (changelog: Changelog) => Writes;
  readonly #write: (changelog: Changelog, batch: ChangelogBatch<Writes>) => Promise<void>;
  #waiting = new Map<Changelog, ChangelogBatch<Writes>>();
  /** Until nothing waits any more. */
  #writing: Promise<void> | undefined;
  /** The part of it that has been taken from those that wait. */
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

  /** What waits of the changelog. */
  waiting(changelog: Changelog): ChangelogBatch<Writes> | undefined {
    return this.#waiting.get(changelog);
  }

  /** The same; a new one if there is none. */
  of(changelog: Changelog): ChangelogBatch<Writes> {
    let batch = this.#waiting.get(changelog);
    if (batch === undefined) {
      batch = { records: 0, writes: this.#open(changelog), position: 0, asOf: 0 };
      this.#waiting.set(changelog, batch);
    }
    return batch;
  }

  /** Has what waits written, and resolves when not too much of it waits. Rejects with what a write has failed with. */
  async write(): Promise<void> {
    this.#begin();
    while (this.#isFull && this.#failure === undefined) await this.#taken?.catch(() => {});
    this.#check();
  }

  /** Resolves when nothing waits and nothing is being written. Rejects with what a write has failed with. */
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
