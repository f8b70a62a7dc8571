import { bigint, double, float, integer, long, short, timestamp } from './numbers.js';
import type { Serde } from './serde.js';
import { uuid } from './text.js';
import { wrongValue } from './wrong-value.js';

/** The bytes of an element, for serdes whose elements all have the same length. */
const FIXED_LENGTHS: ReadonlyMap<object, number> = new Map<object, number>([
  [short, 2],
  [integer, 4],
  [float, 4],
  [long, 8],
  [bigint, 8],
  [timestamp, 8],
  [double, 8],
  [uuid, 36],
]);

/** The first byte of a list (Java: `Serdes.ListSerde.SerializationStrategy`). */
const CONSTANT_SIZE = 0;
const VARIABLE_SIZE = 1;

/** The length of a null, among elements of various lengths. */
const NULL_LENGTH = -1;

/** The bytes of Java's ListSerializer (KIP-466). */
export function listSerde<T>(inner: Serde<T>): Serde<readonly (T | null)[]> {
  const fixedLength = FIXED_LENGTHS.get(inner);
  return Object.freeze({
    takesView: inner.takesView === true,
    serialize(list: readonly (T | null)[]): Buffer {
      if (!Array.isArray(list)) throw wrongValue('list', list);
      const elements = Array.from(list, element => ((element ?? null) === null ? null : inner.serialize(element as T)));
      return fixedLength === undefined ? ofVariousLengths(elements) : ofOneLength(elements);
    },
    deserialize(bytes: Buffer): readonly (T | null)[] {
      const reader = new ListReader(bytes);
      const elements = reader.elements(fixedLength);
      return elements.map(element => (element === null ? null : inner.deserialize(element)));
    },
  });
}

/** The indexes of the nulls, then the elements that are not null. */
function ofOneLength(elements: readonly (Buffer | null)[]): Buffer {
  const nulls = elements.flatMap((element, index) => (element === null ? [index] : []));
  const head = Buffer.allocUnsafe(9 + 4 * nulls.length);
  head.writeUInt8(CONSTANT_SIZE, 0);
  head.writeInt32BE(nulls.length, 1);
  for (const [i, index] of nulls.entries()) head.writeInt32BE(index, 5 + 4 * i);
  head.writeInt32BE(elements.length, 5 + 4 * nulls.length);
  return Buffer.concat([head, ...elements.filter(element => element !== null)]);
}

/** Each element behind its length. */
function ofVariousLengths(elements: readonly (Buffer | null)[]): Buffer {
  const head = Buffer.allocUnsafe(5);
  head.writeUInt8(VARIABLE_SIZE, 0);
  head.writeInt32BE(elements.length, 1);
  return Buffer.concat([
    head,
    ...elements.flatMap(element => (element === null ? [int32(NULL_LENGTH)] : [int32(element.length), element])),
  ]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value, 0);
  return bytes;
}

/** Reads a list. Throws a RangeError if its bytes end before it, or after it. */
class ListReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  elements(fixedLength: number | undefined): (Buffer | null)[] {
    const strategy = this.#take(1).readUInt8(0);
    if (strategy !== CONSTANT_SIZE && strategy !== VARIABLE_SIZE) {
      throw new RangeError(`a list begins with the byte ${CONSTANT_SIZE} or ${VARIABLE_SIZE}, not ${strategy}`);
    }
    const elements = strategy === VARIABLE_SIZE ? this.#ofVariousLengths() : this.#ofOneLength(fixedLength);
    const { length } = this.#bytes;
    if (this.#at < length) throw new RangeError(`the list ends at byte ${this.#at} of ${length}`);
    return elements;
  }

  #ofOneLength(fixedLength: number | undefined): (Buffer | null)[] {
    if (fixedLength === undefined) {
      throw new RangeError('the elements of the list have no lengths: its inner serde must be one of numbers or UUIDs');
    }
    const nulls = new Set(Int32Array.from({ length: this.#count() }, () => this.#int32()));
    const elements: (Buffer | null)[] = [];
    const count = this.#count();
    for (let i = 0; i < count; i++) elements.push(nulls.has(i) ? null : this.#take(fixedLength));
    return elements;
  }

  #ofVariousLengths(): (Buffer | null)[] {
    const elements: (Buffer | null)[] = [];
    const count = this.#count();
    for (let i = 0; i < count; i++) {
      const length = this.#int32();
      elements.push(length === NULL_LENGTH ? null : this.#take(length));
    }
    return elements;
  }

  #count(): number {
    const count = this.#int32();
    if (count < 0) throw new RangeError(`a list has no ${count} elements`);
    return count;
  }

  #int32(): number {
    return this.#take(4).readInt32BE(0);
  }

  #take(length: number): Buffer {
    const start = this.#at;
    if (length < 0) throw new RangeError(`an element of a list has no ${length} bytes`);
    if (length > this.#bytes.length - start) throw new RangeError('the bytes end before the list does');
    this.#at = start + length;
    return this.#bytes.subarray(start, this.#at);
  }
}
