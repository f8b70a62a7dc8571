import type { ByteStore } from '../../../stores/bytes/byte-store.js';
import { timestampedCodec } from '../../../stores/encoding/timestamped.js';
import type { KeyValueEntry } from '../../../stores/kinds/key-value-rows.js';
import { KeyValueWithHeadersKind } from '../../../stores/kinds/key-value-with-headers.js';
import type { ProcessorKeyValueKind } from '../../../stores/kinds/kinds.js';
import { LruKind } from '../../../stores/kinds/lru.js';
import { PlainKeyValueKind } from '../../../stores/kinds/plain-key-value.js';
import { ProcessorSessionKind } from '../../../stores/kinds/processor-session.js';
import { ProcessorWindowKind } from '../../../stores/kinds/processor-window.js';
import { textCodec } from '../codecs.js';
import { byKey, type Cell, type Entry, type FilledCell, type Subject } from './subject.js';

/** More than the contract has keys. */
const MAX_ENTRIES = 1000;

interface RowStore<R> {
  get(key: string): R | null;
  put(key: string, row: R | null): void;
  all(): AsyncIterable<KeyValueEntry<string, R>>;
}

export function plainKeyValue(): Subject {
  const kind = new PlainKeyValueKind();
  return ofRows(
    kind,
    bytes => kind.open(bytes, textCodec, textCodec),
    ({ value }) => value,
  );
}

export function keyValueWithHeaders(): Subject {
  const kind = new KeyValueWithHeadersKind();
  return ofRows(
    kind,
    bytes => kind.open(bytes, textCodec, textCodec),
    ({ value, time }) => ({
      value,
      timestamp: time,
      headers:
        time % 2 === 0
          ? []
          : [
              { key: 'ä', value: null },
              { key: '', value: Buffer.from([0, 255]) },
            ],
    }),
  );
}

/** It never has so many entries that it drops one. */
export function lru(): Subject {
  const kind = new LruKind(MAX_ENTRIES);
  const open = async (bytes: ByteStore) => {
    const store = kind.open(bytes, textCodec, textCodec);
    await store.init();
    return store;
  };
  return ofRows(kind, open, ({ value }) => value);
}

function ofRows<R>(
  kind: ProcessorKeyValueKind,
  open: (bytes: ByteStore) => RowStore<R> | Promise<RowStore<R>>,
  rowOf: (entry: Entry) => R,
): Subject {
  return {
    kind,
    deletes: true,
    expires: false,
    async open(bytes) {
      const store = await open(bytes);
      return {
        put: entry => store.put(entry.key, rowOf(entry)),
        delete: ({ key }) => store.put(key, null),
        get: ({ key }) => store.get(key),
        async all() {
          const cells = [];
          for await (const [key, content] of store.all()) cells.push({ key, time: 0, content });
          return cells;
        },
        expireBelow() {},
      };
    },
    cellOf: ({ key }) => ({ key, time: 0 }),
    written: (_before, entry) => rowOf(entry),
    order: byKey,
  };
}

const RETENTION_MS = 100_000;
/** A segment of Java's stores has 60,000 ms at this retention. The contract's times are in two of them. */
const SECOND_SEGMENT = 60_000;
const SECOND_FROM = 15;
const msOf = (time: number): number => SECOND_SEGMENT - SECOND_FROM + time;
const timeOf = (ms: number): number => ms - msOf(0);
/** The contract's times are below it. The owner of a store resumes it with the highest time. */
const HIGHEST = msOf(60);

function bySegmentKeyAndTime(a: Cell, b: Cell): number {
  return Number(a.time >= SECOND_FROM) - Number(b.time >= SECOND_FROM) || byKey(a, b) || a.time - b.time;
}

const byBoth = ({ key, time }: Entry): Cell => ({ key, time });

export function processorWindow(): Subject {
  const kind = new ProcessorWindowKind({
    retentionMs: RETENTION_MS,
    retainDuplicates: false,
    sizeMs: 10,
    format: 'timestamped',
  });
  return {
    kind,
    deletes: true,
    expires: true,
    open(bytes) {
      const store = kind.open(bytes, textCodec, timestampedCodec(textCodec));
      store.resume(HIGHEST);
      return {
        put: ({ key, value, time }) => store.put(key, { value, timestamp: time }, msOf(time)),
        delete: ({ key, time }) => store.put(key, null, msOf(time)),
        get: ({ key, time }) => store.get(key, msOf(time)),
        async all() {
          const cells: FilledCell[] = [];
          for await (const { key, start, value } of store.all())
            cells.push({ key, time: timeOf(start), content: value });
          return cells;
        },
        expireBelow: time => store.resume(msOf(time) - 1 + RETENTION_MS),
      };
    },
    cellOf: byBoth,
    written: (_before, { value, time }) => ({ value, timestamp: time }),
    order: bySegmentKeyAndTime,
  };
}

export function processorWindowWithDuplicates(): Subject {
  const kind = new ProcessorWindowKind({
    retentionMs: RETENTION_MS,
    sizeMs: 10,
    retainDuplicates: true,
    format: 'plain',
  });
  return {
    kind,
    deletes: false,
    expires: true,
    open(bytes) {
      const store = kind.open(bytes, textCodec, textCodec);
      store.resume(HIGHEST);
      return {
        put: ({ key, value, time }) => store.put(key, value, msOf(time)),
        delete() {},
        get({ key, time }) {
          const values = [...store.fetch(key, msOf(time), msOf(time))].map(({ value }) => value);
          return values.length === 0 ? null : values;
        },
        async all() {
          const cells: (FilledCell & { readonly content: string[] })[] = [];
          for await (const { key, start, value } of store.all()) {
            const last = cells.at(-1);
            if (last?.key === key && last.time === timeOf(start)) last.content.push(value);
            else cells.push({ key, time: timeOf(start), content: [value] });
          }
          return cells;
        },
        expireBelow: time => store.resume(msOf(time) - 1 + RETENTION_MS),
      };
    },
    cellOf: byBoth,
    written: (before, { value }) => [...((before as string[] | null) ?? []), value],
    order: bySegmentKeyAndTime,
  };
}

/** The time of an entry is the end of its session. */
export function processorSession(): Subject {
  const kind = new ProcessorSessionKind({ retentionMs: RETENTION_MS, format: 'plain' });
  const timesOf = (time: number) => ({ start: msOf(time) - 3, end: msOf(time) });
  return {
    kind,
    deletes: true,
    expires: true,
    open(bytes) {
      const store = kind.open(bytes, textCodec, textCodec);
      store.resume(HIGHEST);
      return {
        put: ({ key, value, time }) => store.put(key, timesOf(time), value),
        delete: ({ key, time }) => store.remove(key, timesOf(time)),
        get: ({ key, time }) => store.get(key, timesOf(time)),
        async all() {
          const cells: FilledCell[] = [];
          for await (const { key, end, value } of store.findKeys({ keyFrom: null, keyTo: null })) {
            cells.push({ key, time: timeOf(end), content: value });
          }
          return cells;
        },
        expireBelow: time => store.resume(msOf(time) - 1 + RETENTION_MS),
      };
    },
    cellOf: byBoth,
    written: (_before, { value }) => value,
    order: bySegmentKeyAndTime,
  };
}
