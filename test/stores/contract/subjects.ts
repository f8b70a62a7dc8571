import type { ByteStore } from '../../../stores/bytes/byte-store.js';
import { stateKey, stateKeyBytes } from '../../../stores/encoding/state-key.js';
import { DistinctKind } from '../../../stores/kinds/distinct.js';
import { KeyValueKind } from '../../../stores/kinds/key-value.js';
import type { StoreKind, WindowStoreKind } from '../../../stores/kinds/kinds.js';
import { RankedKind } from '../../../stores/kinds/ranked.js';
import { SessionKind } from '../../../stores/kinds/session.js';
import { SlidingWindowKind } from '../../../stores/kinds/sliding-window.js';
import { SubscriptionsKind } from '../../../stores/kinds/subscriptions.js';
import { SuppressionKind } from '../../../stores/kinds/suppression.js';
import { TimeBucketsKind } from '../../../stores/kinds/time-buckets.js';
import { UnlimitedWindowKind } from '../../../stores/kinds/unlimited-window.js';
import { WindowKind } from '../../../stores/kinds/window.js';
import { textCodec } from '../codecs.js';
import { keyValueWithHeaders, lru, plainKeyValue, processorSession, processorWindow } from './processor-subjects.js';
import { byKey, byTimeAndKey, type Cell, type Entry, type FilledCell, type Subject } from './subject.js';

const RETENTION_MS = 1000;
const BUCKET_MS = 10;
const WINDOWS = { sizeMs: 10, advanceMs: 10, graceMs: 5 };

const oneByKey = ({ key }: Entry): Cell => ({ key, time: 0 });
const byBoth = ({ key, time }: Entry): Cell => ({ key, time });

function keyValue(): Subject {
  const kind = new KeyValueKind();
  return {
    kind,
    deletes: true,
    expires: false,
    open(bytes) {
      const store = kind.open(bytes, textCodec, textCodec);
      return {
        put: ({ key, value, time }) => void store.put(key, value, time),
        delete: ({ key }) => void store.put(key, null, 0),
        get: ({ key }) => store.get(key),
        all: async () => (await store.all()).map(({ key, ...content }) => ({ key, time: 0, content })),
        expireBelow() {},
      };
    },
    cellOf: oneByKey,
    written: (_before, { value, time }) => ({ value, timestamp: time }),
    order: byKey,
  };
}

function window(): Subject {
  return { ...ofWindows(new WindowKind(WINDOWS, RETENTION_MS, false)), expires: true };
}

/** It keeps every window for ever. */
function unlimitedWindow(): Subject {
  return { ...ofWindows(new UnlimitedWindowKind()), expires: false };
}

function ofWindows(kind: WindowStoreKind): Omit<Subject, 'expires'> {
  return {
    kind,
    deletes: true,
    open(bytes) {
      const store = kind.open(bytes, textCodec, textCodec);
      return {
        put: ({ key, value, time }) => void store.put(key, time, value, time),
        delete: ({ key, time }) => void store.put(key, time, null, time),
        get: ({ key, time }) => store.fetch(key, time),
        all: async () =>
          (await store.all()).map(({ key, windowStart, ...content }) => ({ key, time: windowStart, content })),
        expireBelow: time => store.observe(time - 1 + RETENTION_MS),
      };
    },
    cellOf: byBoth,
    written: (_before, { value, time }) => ({ value, timestamp: time }),
    order: byTimeAndKey,
  };
}

function distinct(): Subject {
  const kind = new DistinctKind(WINDOWS, RETENTION_MS);
  return {
    kind,
    deletes: false,
    expires: true,
    packs: true,
    open(bytes) {
      const store = kind.open(bytes, textCodec);
      return {
        put: ({ key, time }) => void store.add(key, time),
        delete() {},
        get: ({ key, time }) => (bytes.get(store.stateKeyOf(key, time)) === null ? null : 'seen'),
        all: async () =>
          (await bytes.entries()).map(([row]) => {
            const { key, windowStart } = store.keyOf(row);
            return { key, time: windowStart, content: 'seen' };
          }),
        expireBelow: time => store.observe(time - 1 + RETENTION_MS),
      };
    },
    cellOf: byBoth,
    written: () => 'seen',
    order: byTimeAndKey,
  };
}

function suppression(): Subject {
  const kind = new SuppressionKind('timeLimit');
  const bufferedOf = ({ key, value, time }: Entry) => ({
    key,
    change: { newValue: value, oldValue: time % 2 === 0 ? null : `before ${value}` },
    timestamp: time,
    headers: time % 2 === 0 ? [] : [{ key: 'h', value: Buffer.from([0, 255]) }],
    bufferTime: time + 5,
    priorValue: time % 3 === 0 ? null : `first before ${value}`,
  });
  return {
    kind,
    deletes: true,
    expires: false,
    open(bytes) {
      const store = kind.open(bytes, textCodec, textCodec);
      return {
        put: entry => store.put(store.stateKeyOf(entry.key), bufferedOf(entry)),
        delete: ({ key }) => store.delete(store.stateKeyOf(key)),
        get: ({ key }) => store.get(store.stateKeyOf(key)),
        all: async () => (await store.all()).map(([, content]) => ({ key: content.key, time: 0, content })),
        expireBelow() {},
      };
    },
    cellOf: oneByKey,
    written: (_before, entry) => bufferedOf(entry),
    order: byKey,
  };
}

function timeBuckets(): Subject {
  return { ...ofTimeBuckets(new TimeBucketsKind(BUCKET_MS, RETENTION_MS)), deletes: true };
}

/** As a join uses it. */
export function addedTimeBuckets(): Subject {
  return {
    ...ofTimeBuckets(new TimeBucketsKind(BUCKET_MS, RETENTION_MS, { onlyAdded: true })),
    deletes: false,
    packs: true,
  };
}

function ofTimeBuckets(kind: TimeBucketsKind): Omit<Subject, 'deletes'> {
  const bucketOf = ({ time }: Cell): number => Math.floor(time / BUCKET_MS);
  return {
    kind,
    expires: true,
    open(bytes: ByteStore) {
      const store = kind.open(bytes, textCodec, textCodec);
      return {
        put: ({ key, value, time }) => store.put(key, time, value),
        delete: ({ key, time }) => store.delete(key, time),
        get({ key, time }) {
          const values: string[] = [];
          for (const entry of store.fetch(key, time, time)) values.push(entry.value);
          return values.length === 0 ? null : values;
        },
        async all() {
          const cells: (FilledCell & { readonly content: string[] })[] = [];
          for (const { key, time, value } of await store.all()) {
            const last = cells.at(-1);
            if (last?.key === key && last.time === time) last.content.push(value);
            else cells.push({ key, time, content: [value] });
          }
          return cells;
        },
        expireBelow: time => store.expireBelow(time),
      };
    },
    cellOf: byBoth,
    written: (before, { value }) => [...((before as string[] | null) ?? []), value],
    order: (a, b) => bucketOf(a) - bucketOf(b) || byKey(a, b) || a.time - b.time,
  };
}

/** The time of an entry is the end of its session. */
function session(): Subject {
  const kind = new SessionKind({ gapMs: 5, graceMs: 5 }, RETENTION_MS);
  const bucketOf = ({ time }: Cell): number => Math.floor(time / 10);
  return {
    kind,
    deletes: true,
    expires: true,
    open(bytes: ByteStore) {
      const store = kind.open(bytes, textCodec, textCodec);
      return {
        put: ({ key, value, time }) => store.put(key, { start: time, end: time, value }),
        delete: ({ key, time }) => store.remove(key, time),
        get: ({ key, time }) => store.endingAt(key, time)?.value ?? null,
        all: async () => (await store.all()).map(({ key, end, value }) => ({ key, time: end, content: value })),
        expireBelow: time => store.observe(time - 1 + RETENTION_MS),
      };
    },
    cellOf: byBoth,
    written: (_before, { value }) => value,
    order: (a, b) => bucketOf(a) - bucketOf(b) || byKey(a, b) || a.time - b.time,
  };
}

function slidingWindow(): Subject {
  const kind = new SlidingWindowKind({ timeDifferenceMs: 3, graceMs: 4 }, RETENTION_MS);
  const bucketOf = ({ time }: Cell): number => Math.floor(time / 10);
  return {
    kind,
    deletes: true,
    expires: true,
    open(bytes: ByteStore) {
      const store = kind.open(bytes, textCodec, textCodec);
      return {
        put: ({ key, value, time }) => store.put(key, time, value, time),
        delete: ({ key, time }) => store.put(key, time, null, time),
        get: ({ key, time }) => store.get(key, time),
        all: async () =>
          (await store.all()).map(({ key, windowStart, ...content }) => ({ key, time: windowStart, content })),
        expireBelow: time => store.observe(time - 1 + RETENTION_MS),
      };
    },
    cellOf: byBoth,
    written: (_before, { value, time }) => ({ value, timestamp: time }),
    order: (a, b) => bucketOf(a) - bucketOf(b) || byKey(a, b) || a.time - b.time,
  };
}

/** The hash by which the subscriptions of a key are ordered. */
function fnv(key: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The times are keys of the right table, the keys those of the left one. */
function subscriptions(): Subject {
  const kind = new SubscriptionsKind();
  const numbers = {
    serialize: (n: number): Buffer => textCodec.serialize(String(n).padStart(6, '0')),
    deserialize: (bytes: Buffer): number => Number(textCodec.deserialize(bytes)),
  };
  return {
    kind,
    deletes: true,
    expires: false,
    open(bytes: ByteStore) {
      const store = kind.open(bytes, numbers);
      return {
        put: ({ key, value, time }) => store.put(time, { row: stateKey(Buffer.from(key)), hash: Buffer.from(value) }),
        delete: ({ key, time }) => store.delete(time, stateKey(Buffer.from(key))),
        get: ({ key, time }) =>
          store
            .of(time)
            .find(({ row }) => row === stateKey(Buffer.from(key)))
            ?.hash.toString() ?? null,
        all: async () =>
          (await store.all()).map(({ key, row, hash }) => ({
            key: stateKeyBytes(row).toString(),
            time: key,
            content: String(hash),
          })),
        expireBelow() {},
      };
    },
    cellOf: byBoth,
    written: (_before, { value }) => value,
    order: (a, b) => a.time - b.time || fnv(a.key) - fnv(b.key),
  };
}

/** The times are scores. */
function ranked(): Subject {
  const kind = new RankedKind();
  return {
    kind,
    deletes: true,
    expires: false,
    open(bytes: ByteStore) {
      const store = kind.open(bytes, textCodec, textCodec);
      return {
        put: ({ key, value, time }) =>
          store.put('group', { score: time, row: stateKey(Buffer.from(key)), value, timestamp: time }),
        delete: ({ key, time }) => store.delete('group', time, stateKey(Buffer.from(key))),
        get: ({ key, time }) => store.get('group', time, stateKey(Buffer.from(key))),
        all: async () =>
          (await store.all()).map(({ score, row, value, timestamp }) => ({
            key: stateKeyBytes(row).toString(),
            time: score,
            content: { value, timestamp },
          })),
        expireBelow() {},
      };
    },
    cellOf: byBoth,
    written: (_before, { value, time }) => ({ value, timestamp: time }),
    order: (a, b) => b.time - a.time || byKey(a, b),
  };
}

/** Every kind of store. */
export const SUBJECTS: { readonly [K in StoreKind['kind']]: () => Subject } = {
  keyValue,
  window,
  unlimitedWindow,
  distinct,
  suppression,
  timeBuckets,
  session,
  slidingWindow,
  subscriptions,
  ranked,
  plainKeyValue,
  keyValueWithHeaders,
  lru,
  processorWindow,
  processorSession,
};
