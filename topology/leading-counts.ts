/** The name of a country or a gender, and its number of users. */
export type NameCount = readonly [name: string, count: number];

/**
 * Bytes of the entries of one list as JSON. A summary has three lists, and must be smaller than a megabyte, the limit
 * of a record.
 */
const ROOM_BYTES = 300_000;

/**
 * Counts by name, the highest first, equal ones by name, as many as have room. The other entries are only counted. A
 * list is cut after the entry that fills the room. So the entries that were cut off come after entries that fill the
 * room, and the sum of such lists is complete: it is what one list of everything would be.
 */
export class LeadingCounts {
  /** Unordered, and up to twice the room, so that not each addition sorts. */
  #entries: NameCount[] = [];
  #bytes = 0;
  #names = 0;
  #users = 0;
  #highest = 0;

  static of(name: string, count: number): LeadingCounts {
    const counts = new LeadingCounts();
    counts.add(name, count);
    return counts;
  }

  /** The highest count. 0 if there is none. */
  get highest(): number {
    return this.#highest;
  }

  /** The entries that have room, in order. */
  get entries(): readonly NameCount[] {
    this.#cut();
    return this.#entries;
  }

  /** The number of names without room, and of their users. */
  get leftOut(): { readonly names: number; readonly users: number } {
    const kept = this.entries.reduce((sum, [, count]) => sum + count, 0);
    return { names: this.#names - this.#entries.length, users: this.#users - kept };
  }

  /** Each name may be added once. */
  add(name: string, count: number): void {
    this.#names++;
    this.#users += count;
    this.#keep([name, count]);
  }

  /** Adds a list of other names. */
  addAll(other: LeadingCounts): void {
    this.#names += other.#names;
    this.#users += other.#users;
    for (const entry of other.#entries) this.#keep(entry);
  }

  #keep(entry: NameCount): void {
    this.#entries.push(entry);
    if (entry[1] > this.#highest) this.#highest = entry[1];
    this.#bytes += bytesOf(entry);
    if (this.#bytes > 2 * ROOM_BYTES) this.#cut();
  }

  /** Sorts, and keeps the fewest first entries that fill the room. */
  #cut(): void {
    this.#entries.sort(inOrder);
    if (this.#bytes <= ROOM_BYTES) return;
    let bytes = 0;
    let length = 0;
    for (const entry of this.#entries) {
      if (bytes >= ROOM_BYTES) break;
      bytes += bytesOf(entry);
      length++;
    }
    this.#entries.length = length;
    this.#bytes = bytes;
  }

  toJSON(): LeadingCountsJson {
    return { entries: this.entries, names: this.#names, users: this.#users };
  }

  static fromJSON({ entries, names, users }: LeadingCountsJson): LeadingCounts {
    const counts = new LeadingCounts();
    for (const entry of entries) counts.#keep(entry);
    counts.#names = names;
    counts.#users = users;
    return counts;
  }
}

export interface LeadingCountsJson {
  readonly entries: readonly NameCount[];
  readonly names: number;
  readonly users: number;
}

function inOrder([a, m]: NameCount, [b, n]: NameCount): number {
  return n - m || (a < b ? -1 : a > b ? 1 : 0);
}

/** Includes the comma after it. */
function bytesOf(entry: NameCount): number {
  return Buffer.byteLength(JSON.stringify(entry)) + 1;
}
