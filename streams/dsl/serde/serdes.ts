import { readInt64, writeInt64 } from '../../../stores/encoding/int64.js';
import type { KeyCodec } from '../../../stores/encoding/state-key.js';
import type { Windowed } from '../windows/windows.js';

/**
 * Converts a value to bytes and back (Java: `Serde`). It is never called with null: a null key or value has no bytes.
 * Both functions must be synchronous. If one throws, the record goes to the deserialization or production exception
 * handler.
 */
export interface Serde<T> extends KeyCodec<T> {
  /**
   * Parses a key from the text of a URL, for queries over HTTP. It may throw. Default: the bytes of the key are the
   * UTF-8 of the text.
   *
   * Extension: Java Kafka Streams does not have this.
   */
  fromText?(text: string): T;
  /**
   * true: `deserialize` gets a view of a whole batch of records, and not a copy of its bytes. So what it returns must
   * have nothing of the memory of its argument, or must not be kept after its record is processed: it would keep the
   * batch in memory, too. Default: false.
   *
   * Extension: Java Kafka Streams does not have this.
   */
  readonly takesView?: boolean;
}

const ASCII = /^[\0-\x7f]*$/;

const string: Serde<string> = Object.freeze({
  takesView: true,
  serialize: (value: string): Buffer => Buffer.from(checked(value), 'utf8'),
  deserialize: (bytes: Buffer): string => bytes.toString('utf8'),
  // ASCII text is its own UTF-8, and most keys are ASCII.
  stateKey: (value: string): string =>
    ASCII.test(checked(value)) ? value : Buffer.from(value, 'utf8').toString('latin1'),
});

const long: Serde<number> = Object.freeze({
  takesView: true,
  serialize(value: number): Buffer {
    if (!Number.isSafeInteger(value)) throw new TypeError(`the long serde was given ${describe(value)}`);
    const bytes = Buffer.allocUnsafe(8);
    writeInt64(bytes, value, 0);
    return bytes;
  },
  deserialize(bytes: Buffer): number {
    if (bytes.length !== 8) throw new RangeError(`a long has 8 bytes, not ${bytes.length}`);
    return readInt64(bytes, 0);
  },
  fromText: number,
});

const double: Serde<number> = Object.freeze({
  takesView: true,
  serialize(value: number): Buffer {
    if (typeof value !== 'number') throw new TypeError(`the double serde was given ${describe(value)}`);
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeDoubleBE(value, 0);
    return bytes;
  },
  deserialize(bytes: Buffer): number {
    if (bytes.length !== 8) throw new RangeError(`a double has 8 bytes, not ${bytes.length}`);
    return bytes.readDoubleBE(0);
  },
  fromText: number,
});

const bytes: Serde<Buffer> = Object.freeze({
  serialize: (value: Buffer): Buffer => value,
  deserialize: (value: Buffer): Buffer => value,
});

const json: Serde<unknown> = Object.freeze({
  takesView: true,
  serialize(value: unknown): Buffer {
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError(`the JSON serde was given ${describe(value)}`);
    return Buffer.from(text, 'utf8');
  },
  deserialize: (value: Buffer): unknown => JSON.parse(value.toString('utf8')),
  fromText: (text: string): unknown => JSON.parse(text),
});

const BUILT_IN: ReadonlySet<object> = new Set([string, long, double, bytes, json]);

/** True for serdes of the library that use no other serde. */
export function isBuiltIn<T>(serde: Serde<T>): boolean {
  return BUILT_IN.has(serde);
}

/**
 * Deserializes bytes that are a view of a batch or of a block. What the serde returns may be, or have, a view of its
 * argument, and may be kept for long. It must not keep the whole batch in memory, so most serdes get a copy.
 */
export function deserializeView<T>(serde: Serde<T>, bytes: Buffer): T {
  return serde.deserialize(serde.takesView === true ? bytes : Buffer.from(bytes));
}

/** The serdes of the library (Java: `Serdes`). Their bytes are those of Java's serdes of the same names. */
export const Serdes = Object.freeze({
  /** Text as UTF-8. */
  string: (): Serde<string> => string,
  /** A safe integer as 8 bytes, big-endian. Serializing another number throws a TypeError. */
  long: (): Serde<number> => long,
  /** A number as IEEE 754, 8 bytes, big-endian. */
  double: (): Serde<number> => double,
  /** Bytes that stay as they are. */
  bytes: (): Serde<Buffer> => bytes,
  /**
   * JSON without white space. What is read is not checked against `T`. Serializing a value that JSON does not have,
   * such as undefined, throws a TypeError.
   *
   * Extension: Java Kafka Streams does not have this.
   */
  json: <T = unknown>(): Serde<T> => json as Serde<T>,
  /**
   * The bytes of the inner key, then the start of the window as a long (Java: `TimeWindowedSerde`). `sizeMs` is the
   * length of the windows, which is not part of the bytes.
   */
  timeWindowed: <K>(inner: Serde<K>, sizeMs: number): Serde<Windowed<K>> =>
    Object.freeze({
      takesView: inner.takesView === true,
      serialize(windowed: Windowed<K>): Buffer {
        const key = inner.serialize(windowed.key);
        const result = Buffer.allocUnsafe(key.length + 8);
        key.copy(result, 0);
        writeInt64(result, windowed.window.start, key.length);
        return result;
      },
      deserialize(windowed: Buffer): Windowed<K> {
        const start = readInt64(windowed, windowed.length - 8);
        return {
          key: inner.deserialize(windowed.subarray(0, windowed.length - 8)),
          window: { start, end: start + sizeMs },
        };
      },
    }),
  /**
   * The bytes of the inner key, then the end and the start of the session as longs (Java: `SessionWindowedSerde`). Both
   * ends of a session are included.
   */
  sessionWindowed: <K>(inner: Serde<K>): Serde<Windowed<K>> =>
    Object.freeze({
      takesView: inner.takesView === true,
      serialize({ key, window }: Windowed<K>): Buffer {
        const bytes = inner.serialize(key);
        const result = Buffer.allocUnsafe(bytes.length + 16);
        bytes.copy(result, 0);
        writeInt64(result, window.end, bytes.length);
        writeInt64(result, window.start, bytes.length + 8);
        return result;
      },
      deserialize(bytes: Buffer): Windowed<K> {
        const at = bytes.length - 16;
        return {
          key: inner.deserialize(bytes.subarray(0, at)),
          window: { start: readInt64(bytes, at + 8), end: readInt64(bytes, at) },
        };
      },
    }),
});

function checked(value: string): string {
  if (typeof value !== 'string') throw new TypeError(`the string serde was given ${describe(value)}`);
  return value;
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw new TypeError(`${JSON.stringify(text)} is not a number`);
  return value;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'number') return `the number ${value}`;
  return `a value of type ${typeof value}`;
}
