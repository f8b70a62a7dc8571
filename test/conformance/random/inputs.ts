import type { CaseInput, CaseRecord, Json } from '../case-file.js';
import { commandOf } from './commands.js';
import type { Draft, InputTopic } from './draft.js';
import { ValuesOfInput } from './values.js';

/**
 * Random input for the topics of the draft: records, and advances of the clock if the topology demands them. The first
 * records are of topics that are found by patterns: an application waits for these here, on purpose, and in Java not.
 */
export function randomInput(draft: Draft): readonly CaseInput[] {
  const { random, demands } = draft;
  const times = new Times(draft);
  const records = new Records(draft);
  const topics = draft.topics.map(topic => [topic, topic.weight] as const);
  const awaited = draft.topics.filter(({ byPattern }) => byPattern);
  const count = random.chance(0.3) ? random.integer(15, 25) : random.integer(15, 60);
  const first = awaited.map(topic => records.of(topic, times.next()));
  const others = Array.from({ length: count - first.length }, () =>
    demands.wallClock && random.chance(0.22)
      ? { advanceWallClock: random.pick([5, 10, 10, 20, 100, 7, 0]) }
      : records.of(random.weighted(topics), times.next()),
  );
  return [...first, ...others];
}

/** Times of records: in order but for some, with jumps. */
class Times {
  readonly #draft: Draft;
  readonly #pace: number;
  readonly #outOfOrder: number;
  readonly #howFarBack: number;
  readonly #jumps: number;
  readonly #seen = new Set<number>();
  #clock: number;

  constructor(draft: Draft) {
    const { random, demands } = draft;
    this.#draft = draft;
    this.#pace = random.pick([3, 5, 5, 10, 20]);
    this.#outOfOrder = random.pick([0.1, 0.2, 0.3]);
    this.#howFarBack = random.pick([10, 30, 60]);
    this.#jumps = random.pick([0, 0.03, 0.06]);
    this.#clock = demands.lowestTime;
  }

  next(): number {
    const { random, demands } = this.#draft;
    this.#clock += random.integer(0, 2 * this.#pace);
    if (random.chance(this.#jumps)) this.#clock += random.pick([60, 150, 400]);
    let time = this.#clock;
    if (random.chance(this.#outOfOrder)) {
      time = Math.max(demands.lowestTime, time - random.integer(1, this.#howFarBack));
    }
    if (demands.distinctTimes) {
      while (this.#seen.has(time)) time++;
      this.#clock = Math.max(this.#clock, time);
    } else if (this.#seen.size > 0 && random.chance(0.1)) time = random.pick([...this.#seen]);
    this.#seen.add(time);
    return time;
  }
}

/** Records of topics. */
class Records {
  readonly #draft: Draft;
  readonly #values: ValuesOfInput;
  #headers = 0;

  constructor(draft: Draft) {
    this.#draft = draft;
    this.#values = new ValuesOfInput(draft);
  }

  of(topic: InputTopic, time: number): CaseRecord {
    const name = this.#draft.random.pick(topic.names);
    if (topic.shell !== undefined)
      return { topic: name, ...this.#command(topic.shell), ts: time, ...this.#withHeaders() };
    const key = this.#key(topic);
    const { value, ts } = this.#timed(topic, this.#value(topic), time);
    return { topic: name, key, value, ...this.#broken(topic), ts, ...this.#withHeaders() };
  }

  #command(shell: NonNullable<InputTopic['shell']>): Pick<CaseRecord, 'key' | 'value'> {
    return { key: this.#draft.random.pick(['q', 'q', 'r']), value: commandOf(this.#draft.random, shell) };
  }

  #key({ key, nullKeys }: InputTopic): Json {
    return this.#draft.random.chance(nullKeys) ? null : this.#values.key(key);
  }

  #value({ value, nullValues, refusedValues }: InputTopic): Json {
    return this.#draft.random.chance(nullValues) ? null : this.#values.value(value, refusedValues);
  }

  /** The time goes where the extractor looks for it. Now and then there is none. */
  #timed({ extractor }: InputTopic, value: Json, time: number): { readonly value: Json; readonly ts: number } {
    const { random } = this.#draft;
    if (extractor === undefined || typeof value !== 'object' || value === null) return { value, ts: time };
    // Without it the extractor that fails ends the case.
    if (!random.chance(extractor[0] === 'fieldOrFail' ? 0.995 : 0.9)) return { value, ts: time };
    return { value: { ...value, t: time }, ts: random.integer(0, 50) };
  }

  /** Bytes that cannot be deserialized. All bytes are a string. Global tables have no handler that Java calls. */
  #broken({ kind, key, value }: InputTopic): { readonly valueHex?: string; readonly keyHex?: string } {
    const { random, demands } = this.#draft;
    if (!demands.brokenBytes || (kind !== 'stream' && kind !== 'table')) return {};
    if (value !== 'string' && random.chance(0.15)) {
      return { valueHex: value === 'long' || value === 'double' ? random.pick(['ff', '0102']) : '7b' };
    }
    return key === 'long' && random.chance(0.1) ? { keyHex: 'ff' } : {};
  }

  #withHeaders(): { readonly headers?: readonly (readonly [string, string])[] } {
    const { random, headers } = this.#draft;
    if (!headers || !random.chance(0.5)) return {};
    const count = random.pick([1, 1, 2]);
    return {
      headers: Array.from({ length: count }, () => [random.pick(['h', 'g']), String(++this.#headers)] as const),
    };
  }
}
