import { readInt64, writeInt64 } from '../../../stores/encoding/int64.js';
import type { Serde } from './serde.js';
import { wrongLength, wrongValue } from './wrong-value.js';

const LEAST_INT64 = -(2n ** 63n);
const MOST_INT64 = 2n ** 63n - 1n;

/** The most milliseconds before or after the epoch that a Date has. */
const MOST_DATE_MS = 8.64e15;

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

export const short: Serde<number> = Object.freeze({
  takesView: true,
  serialize(value: number): Buffer {
    if (!Number.isInteger(value) || value < -0x8000 || value > 0x7fff) throw wrongValue('short', value);
    const bytes = Buffer.allocUnsafe(2);
    bytes.writeInt16BE(value, 0);
    return bytes;
  },
  deserialize(bytes: Buffer): number {
    if (bytes.length !== 2) throw wrongLength('a short', 2, bytes);
    return bytes.readInt16BE(0);
  },
  fromText: number,
});

export const integer: Serde<number> = Object.freeze({
  takesView: true,
  serialize(value: number): Buffer {
    if (!Number.isInteger(value) || value < -0x80000000 || value > 0x7fffffff) throw wrongValue('integer', value);
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeInt32BE(value, 0);
    return bytes;
  },
  deserialize(bytes: Buffer): number {
    if (bytes.length !== 4) throw wrongLength('an integer', 4, bytes);
    return bytes.readInt32BE(0);
  },
  fromText: number,
});

export const long: Serde<number> = Object.freeze({
  takesView: true,
  serialize(value: number): Buffer {
    if (!Number.isSafeInteger(value)) throw wrongValue('long', value);
    const bytes = Buffer.allocUnsafe(8);
    writeInt64(bytes, value, 0);
    return bytes;
  },
  deserialize(bytes: Buffer): number {
    if (bytes.length !== 8) throw wrongLength('a long', 8, bytes);
    const value = readInt64(bytes, 0);
    if (!Number.isSafeInteger(value)) {
      throw new RangeError(`the long ${bytes.readBigInt64BE(0)} is not a safe integer: read it with Serdes.bigint()`);
    }
    return value;
  },
  fromText: number,
});

export const bigint: Serde<bigint> = Object.freeze({
  takesView: true,
  serialize(value: bigint): Buffer {
    if (typeof value !== 'bigint' || value < LEAST_INT64 || value > MOST_INT64) throw wrongValue('bigint', value);
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigInt64BE(value, 0);
    return bytes;
  },
  deserialize(bytes: Buffer): bigint {
    if (bytes.length !== 8) throw wrongLength('a bigint', 8, bytes);
    return bytes.readBigInt64BE(0);
  },
  fromText(text: string): bigint {
    if (!/^-?\d+$/.test(text)) throw new TypeError(`${JSON.stringify(text)} is not a whole number`);
    return BigInt(text);
  },
});

export const float: Serde<number> = Object.freeze({
  takesView: true,
  serialize(value: number): Buffer {
    if (typeof value !== 'number' || (Number.isFinite(value) && !Number.isFinite(Math.fround(value)))) {
      throw wrongValue('float', value);
    }
    const bytes = Buffer.allocUnsafe(4);
    // NaN has many encodings, and the engine chooses one.
    if (Number.isNaN(value)) bytes.writeUInt32BE(0x7fc00000, 0);
    else bytes.writeFloatBE(value, 0);
    return bytes;
  },
  deserialize(bytes: Buffer): number {
    if (bytes.length !== 4) throw wrongLength('a float', 4, bytes);
    return bytes.readFloatBE(0);
  },
  fromText: number,
});

export const double: Serde<number> = Object.freeze({
  takesView: true,
  serialize(value: number): Buffer {
    if (typeof value !== 'number') throw wrongValue('double', value);
    const bytes = Buffer.allocUnsafe(8);
    // NaN has many encodings. Java's DoubleSerializer writes this one.
    if (Number.isNaN(value)) bytes.writeBigUInt64BE(0x7ff8000000000000n, 0);
    else bytes.writeDoubleBE(value, 0);
    return bytes;
  },
  deserialize(bytes: Buffer): number {
    if (bytes.length !== 8) throw wrongLength('a double', 8, bytes);
    return bytes.readDoubleBE(0);
  },
  fromText: number,
});

export const timestamp: Serde<Date> = Object.freeze({
  takesView: true,
  serialize(value: Date): Buffer {
    if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw wrongValue('timestamp', value);
    const bytes = Buffer.allocUnsafe(8);
    writeInt64(bytes, value.getTime(), 0);
    return bytes;
  },
  deserialize(bytes: Buffer): Date {
    if (bytes.length !== 8) throw wrongLength('a timestamp', 8, bytes);
    const ms = readInt64(bytes, 0);
    if (Math.abs(ms) > MOST_DATE_MS) {
      throw new RangeError(`the timestamp ${bytes.readBigInt64BE(0)} is outside the range of a Date`);
    }
    return new Date(ms);
  },
  fromText(text: string): Date {
    const time = new Date(/^-?\d+$/.test(text) ? Number(text) : ISO_TIME.test(text) ? text : Number.NaN);
    if (!Number.isNaN(time.getTime())) return time;
    throw new TypeError(`${JSON.stringify(text)} is no time in ISO 8601 with its zone, and no milliseconds`);
  },
});

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw new TypeError(`${JSON.stringify(text)} is not a number`);
  return value;
}
