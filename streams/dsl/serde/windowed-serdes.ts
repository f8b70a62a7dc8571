import { readInt64, writeInt64 } from '../../../stores/encoding/int64.js';
import type { Windowed } from '../windows/windows.js';
import type { Serde } from './serde.js';
import { wrongValue } from './wrong-value.js';

/** An infinite end is written as Java's largest long. */
const INFINITE = 2n ** 63n - 1n;

/** Throws a TypeError if the size is not above 0. */
export function timeWindowed<K>(inner: Serde<K>, sizeMs: number): Serde<Windowed<K>> {
  if (!(sizeMs > 0)) throw new TypeError(`sizeMs of timeWindowed: must be above 0, not ${sizeMs}`);
  return Object.freeze({
    takesView: inner.takesView === true,
    serialize(windowed: Windowed<K>): Buffer {
      const { start } = checked('timeWindowed', windowed).window;
      const key = inner.serialize(windowed.key);
      const result = Buffer.allocUnsafe(key.length + 8);
      key.copy(result, 0);
      writeInt64(result, start, key.length);
      return result;
    },
    deserialize(bytes: Buffer): Windowed<K> {
      const at = keyLength(bytes, 8, 'time-windowed');
      const start = readStart(bytes, at);
      return { key: inner.deserialize(bytes.subarray(0, at)), window: { start, end: start + sizeMs } };
    },
  });
}

export function sessionWindowed<K>(inner: Serde<K>): Serde<Windowed<K>> {
  return Object.freeze({
    takesView: inner.takesView === true,
    serialize(windowed: Windowed<K>): Buffer {
      const { start, end } = checked('sessionWindowed', windowed).window;
      if (!(end >= start && (Number.isSafeInteger(end) || end === Number.POSITIVE_INFINITY))) {
        throw new TypeError(`the sessionWindowed serde was given a session from ${start} to ${end}`);
      }
      const key = inner.serialize(windowed.key);
      const result = Buffer.allocUnsafe(key.length + 16);
      key.copy(result, 0);
      if (end === Number.POSITIVE_INFINITY) result.writeBigInt64BE(INFINITE, key.length);
      else writeInt64(result, end, key.length);
      writeInt64(result, start, key.length + 8);
      return result;
    },
    deserialize(bytes: Buffer): Windowed<K> {
      const at = keyLength(bytes, 16, 'session-windowed');
      const start = readStart(bytes, at + 8);
      const end = readEnd(bytes, at);
      if (end < start) throw new RangeError(`the session ends at ${end}, before its start at ${start}`);
      return { key: inner.deserialize(bytes.subarray(0, at)), window: { start, end } };
    },
  });
}

function checked<K>(serde: string, windowed: Windowed<K>): Windowed<K> {
  const start: unknown = (windowed as Partial<Windowed<K>> | null)?.window?.start;
  if (start === undefined) throw wrongValue(serde, windowed);
  // As in Java, no window starts before the epoch.
  if (!Number.isSafeInteger(start) || windowed.window.start < 0) {
    throw new TypeError(`the ${serde} serde was given a window that starts at ${start}`);
  }
  return windowed;
}

function keyLength(bytes: Buffer, timeBytes: number, what: string): number {
  if (bytes.length >= timeBytes) return bytes.length - timeBytes;
  throw new RangeError(`a ${what} key has at least ${timeBytes} bytes, not ${bytes.length}`);
}

function readStart(bytes: Buffer, at: number): number {
  const start = readInt64(bytes, at);
  if (Number.isSafeInteger(start) && start >= 0) return start;
  throw new RangeError(
    `no window starts at ${bytes.readBigInt64BE(at)}: the key has no window, or one of another type`,
  );
}

function readEnd(bytes: Buffer, at: number): number {
  const end = readInt64(bytes, at);
  if (Number.isSafeInteger(end)) return end;
  const exact = bytes.readBigInt64BE(at);
  if (exact === INFINITE) return Number.POSITIVE_INFINITY;
  throw new RangeError(`no session ends at ${exact}: the key has no session`);
}
