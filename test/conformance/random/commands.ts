import type { ShellKind } from './draft.js';
import type { Random } from './random.js';

/** A command of the shell of a store: as often one that writes as one that reads. */
export function commandOf(random: Random, kind: ShellKind): string {
  const words = new Words(random);
  const commands = random.chance(0.5) ? WRITES[kind](words) : READS[kind](words);
  return random.pick(commands);
}

/** The parts of commands. Each is drawn again where it is read. */
class Words {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  get key(): string {
    return this.#random.pick(['a', 'ab', 'b', 'c', 'd', 'B']);
  }

  get value(): string {
    return this.#random.pick(['1', '2', '3', 'x', 'yy']);
  }

  get time(): number {
    return this.#random.integer(0, 12) * 5;
  }

  /** Two times, the lower one first. */
  get times(): string {
    return [this.time, this.time].sort((a, b) => a - b).join(' ');
  }

  /** A lower and an upper bound of keys. `*` is open. */
  get bounds(): string {
    const bounds = [this.#bound, this.#bound];
    return (bounds.includes('*') ? bounds : bounds.sort()).join(' ');
  }

  get prefix(): string {
    return this.#random.pick(['a', 'b', 'ab']);
  }

  /** Entries of putAll. One without a value is a deletion. */
  get entries(): string {
    const count = this.#random.integer(1, 3);
    return Array.from({ length: count }, () => `${this.key}=${this.#random.pick(['1', '2', ''])}`).join(',');
  }

  get #bound(): string {
    return this.#random.pick(['a', 'b', 'c', 'aa', '*', '*', 'd']);
  }
}

type Commands = Readonly<Record<ShellKind, (words: Words) => readonly string[]>>;

function keyValueWrites(w: Words): readonly string[] {
  const put = `put ${w.key} ${w.value}`;
  return [put, put, `pia ${w.key} ${w.value}`, `del ${w.key}`, `putAll ${w.entries}`];
}

function windowReads(w: Words): readonly string[] {
  return [
    `fetch ${w.key} ${w.times}`,
    `bfetch ${w.key} ${w.times}`,
    `krange ${w.bounds} ${w.times}`,
    `bkrange ${w.bounds} ${w.times}`,
    `fetchAll ${w.times}`,
    `bfetchAll ${w.times}`,
    'all',
    'ball',
  ];
}

const WRITES: Commands = {
  keyValue: keyValueWrites,
  lru: keyValueWrites,
  window: w => {
    const put = `put ${w.key} ${w.value} ${w.time}`;
    return [put, put, put, put, `del ${w.key} ${w.time}`];
  },
  // Java ignores deletions where duplicates are kept.
  windowDuplicates: w => [`put ${w.key} ${w.value} ${w.time}`],
  session: w => {
    const put = `put ${w.key} ${w.times} ${w.value}`;
    return [put, put, put, put, `remove ${w.key} ${w.times}`];
  },
  versioned: w => {
    const put = `put ${w.key} ${w.value} ${w.time}`;
    return [put, put, put, `putNull ${w.key} ${w.time}`, `del ${w.key} ${w.time}`];
  },
};

const READS: Commands = {
  keyValue: w => [`get ${w.key}`, `range ${w.bounds}`, `rrange ${w.bounds}`, 'all', 'rall', `prefix ${w.prefix}`],
  // It has no order.
  lru: w => [`get ${w.key}`],
  window: w => {
    const at = `at ${w.key} ${w.time}`;
    return [...windowReads(w), at, at];
  },
  windowDuplicates: windowReads,
  session: w => [
    `get ${w.key} ${w.times}`,
    `find ${w.key} ${w.time} ${w.time}`,
    `fetch ${w.key}`,
    `bfetch ${w.key}`,
    `bfind ${w.key} ${w.time} ${w.time}`,
    `range ${w.bounds}`,
    `brange ${w.bounds}`,
    `findRange ${w.bounds} ${w.time} ${w.time}`,
  ],
  versioned: w => {
    const asOf = `asOf ${w.key} ${w.time}`;
    return [`get ${w.key}`, asOf, asOf];
  },
};
