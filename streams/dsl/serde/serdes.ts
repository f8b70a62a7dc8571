import type { Windowed } from '../windows/windows.js';
import { json, schemaSerde } from './json-serde.js';
import { listSerde } from './list-serde.js';
import { bigint, double, float, integer, long, short, timestamp } from './numbers.js';
import type { Serde } from './serde.js';
import type { StandardSchema } from './standard-schema.js';
import { string, uuid } from './text.js';
import { sessionWindowed, timeWindowed } from './windowed-serdes.js';
import { wrongLength, wrongValue } from './wrong-value.js';

export { deserializeView, type Serde } from './serde.js';

const boolean: Serde<boolean> = Object.freeze({
  takesView: true,
  serialize(value: boolean): Buffer {
    if (typeof value !== 'boolean') throw wrongValue('boolean', value);
    return Buffer.of(value ? 1 : 0);
  },
  deserialize(bytes: Buffer): boolean {
    if (bytes.length !== 1) throw wrongLength('a boolean', 1, bytes);
    const byte = bytes.readUInt8(0);
    if (byte > 1) throw new RangeError(`a boolean is the byte 0 or 1, not ${byte}`);
    return byte === 1;
  },
  fromText(text: string): boolean {
    if (text !== 'true' && text !== 'false') throw new TypeError(`${JSON.stringify(text)} is not true or false`);
    return text === 'true';
  },
});

const bytes: Serde<Buffer> = Object.freeze({
  serialize(value: Buffer): Buffer {
    if (!Buffer.isBuffer(value)) throw wrongValue('bytes', value);
    return value;
  },
  deserialize: (value: Buffer): Buffer => value,
});

const nothing: Serde<null> = Object.freeze({
  takesView: true,
  serialize(value: null): Buffer {
    throw wrongValue('void', value);
  },
  deserialize(): null {
    throw new RangeError('the void serde was given bytes: each key or value must be null');
  },
});

const BUILT_IN: ReadonlySet<object> = new Set<object>([
  ...[string, uuid, short, integer, long, bigint, float, double, timestamp],
  ...[boolean, bytes, nothing, json],
]);

/** True for serdes of the library that use no other serde, and no schema. */
export function isBuiltIn<T>(serde: Serde<T>): boolean {
  return BUILT_IN.has(serde);
}

function jsonSerde<T = unknown>(): Serde<T>;
function jsonSerde<T>(schema: StandardSchema<T>): Serde<T>;
function jsonSerde<T>(...schema: readonly [] | readonly [StandardSchema<T>]): Serde<T> {
  return schema.length === 0 ? (json as Serde<T>) : schemaSerde(schema[0]);
}

/**
 * The serdes of the library (Java: `Serdes`). Their bytes are those of Java's serdes of the same names. A value of a
 * wrong type, or bytes that are not of the type, throw a TypeError or a RangeError.
 *
 * ```ts
 * const builder = new StreamsBuilder();
 * const sensors = builder.stream('readings', { keySerde: Serdes.uuid(), valueSerde: Serdes.double() });
 * sensors.groupByKey().count({ as: 'counts' }).toStream().to('counts', { valueSerde: Serdes.long() });
 * ```
 */
export const Serdes = Object.freeze({
  /** Text as UTF-8. A surrogate without its other half is written as U+FFFD (Java: as `?`). */
  string: (): Serde<string> => string,
  /** A whole number of 16 bits, big-endian (Java: `Short`). */
  short: (): Serde<number> => short,
  /** A whole number of 32 bits, big-endian (Java: `Integer`). */
  integer: (): Serde<number> => integer,
  /**
   * A safe integer as 8 bytes, big-endian (Java: `Long`). Any other number throws, also when it is read: `bigint` reads
   * and writes all longs.
   */
  long: (): Serde<number> => long,
  /**
   * A whole number of 64 bits, big-endian, with the bytes of Java's `Long`.
   *
   * Extension: Java Kafka Streams does not have this, because its `long` has all of them.
   */
  bigint: (): Serde<bigint> => bigint,
  /**
   * A number as IEEE 754, 4 bytes, big-endian (Java: `Float`). It is rounded to the nearest float: 0.1 is read as
   * 0.10000000149011612. A finite number that is too large for a float throws.
   */
  float: (): Serde<number> => float,
  /** A number as IEEE 754, 8 bytes, big-endian (Java: `Double`). */
  double: (): Serde<number> => double,
  /** One byte: 1 is true, 0 is false (Java: `Boolean`). */
  boolean: (): Serde<boolean> => boolean,
  /**
   * The text of a UUID as 36 bytes (Java: `UUID`). It is written and read in lower case. The short forms that Java's
   * `UUID.fromString` accepts throw.
   */
  uuid: (): Serde<string> => uuid,
  /**
   * A time as a long of milliseconds since the epoch: the bytes of Java's `Long` for `Instant.toEpochMilli()`. An
   * invalid Date throws, and so does a long outside the range of a Date. In the URL of a query: ISO 8601 with its zone,
   * or milliseconds.
   *
   * Extension: Java Kafka Streams has no serde of times.
   */
  timestamp: (): Serde<Date> => timestamp,
  /** Bytes that stay as they are (Java: `ByteArray`, `Bytes`, `ByteBuffer`). Only a Buffer is written. */
  bytes: (): Serde<Buffer> => bytes,
  /** For keys or values that are always null (Java: `Void`). Anything else throws. */
  void: (): Serde<null> => nothing,
  /**
   * An array (Java: `ListSerde`, KIP-466). Its elements may be null, as in Java. Elements of `short`, `integer`,
   * `long`, `bigint`, `timestamp`, `float`, `double` and `uuid` have no lengths, as in Java; others have one each.
   *
   * ```ts
   * const tags: Serde<readonly (string | null)[]> = Serdes.list(Serdes.string());
   * ```
   */
  list: <T>(inner: Serde<T>): Serde<readonly (T | null)[]> => listSerde(inner),
  /**
   * JSON without white space. Serializing a value that JSON does not have, such as undefined, throws a TypeError.
   *
   * Without a schema, what is read is not checked against `T`.
   *
   * With a schema of any library that implements Standard Schema v1, such as Zod, Valibot or ArkType, each value is
   * validated, and its type is the output type of the schema. A value that is not valid can't be deserialized: the
   * message of its SchemaError, which handlers and dead letters have, has the path and the reason, for example
   * `user.age: expected number`. JSON's `null` is validated too.
   *
   * What is written is the value as it is. Before, its JSON is validated as a reader would, because stores, changelogs
   * and repartition topics read it again with the same serde. So a schema may fill in defaults and may convert, if it
   * accepts the JSON of its own results: `z.coerce.date()` does. `z.string().transform(Number)` does not, since it
   * writes a number and reads text. It throws when it writes: give what comes after it a serde of its own. A conversion
   * must not change its own results: they are converted each time that they are read.
   *
   * A schema must be synchronous. One of Valibot that is not throws a TypeError here; those of other libraries throw it
   * for each value, when they give a promise. Zod gives one too if a function of the schema throws, so add an issue
   * instead of throwing.
   *
   * ```ts
   * import { z } from 'zod';
   *
   * const order = z.object({ id: z.string(), price: z.number() });
   * const orders = new StreamsBuilder().stream('orders', { valueSerde: Serdes.json(order), dropNullValues: true });
   * orders.filter((_id, { price }) => price > 100).to('large-orders');
   * ```
   *
   * Extension: Java Kafka Streams does not have this.
   */
  json: jsonSerde,
  /**
   * The bytes of the inner key, then the start of the window as a long (Java: `TimeWindowedSerde`). `sizeMs` is the
   * length of the windows, which is not part of the bytes. It is infinite for `UnlimitedWindows`. Bytes that are too
   * short throw a RangeError, as does a start before the epoch.
   *
   * ```ts
   * const minutes = Serdes.timeWindowed(Serdes.string(), 60_000);
   * ```
   */
  timeWindowed: <K>(inner: Serde<K>, sizeMs: number): Serde<Windowed<K>> => timeWindowed(inner, sizeMs),
  /**
   * The bytes of the inner key, then the end and the start of the session as longs (Java: `SessionWindowedSerde`). Both
   * ends of a session are included. An infinite end is Java's largest long. Bytes that are too short throw a
   * RangeError, as does a start before the epoch or after the end.
   *
   * ```ts
   * const visits = clicks.groupByKey().windowedBy(SessionWindows.of({ gap: '5m', grace: 0 })).count({ as: 'visits' });
   * visits.toStream().to('visits', { keySerde: Serdes.sessionWindowed(Serdes.string()) });
   * ```
   */
  sessionWindowed: <K>(inner: Serde<K>): Serde<Windowed<K>> => sessionWindowed(inner),
});
