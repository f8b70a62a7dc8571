import { isDeepStrictEqual } from 'node:util';
import type {
  FixedKeyProcessorSupplier,
  GlobalProcessorSupplier,
  Header,
  KeyValueStore,
  ProcessorSupplier,
  TimestampedKeyValueStoreWithHeaders,
} from '../../../streams/index.js';
import type { FunctionSpec, Json } from '../case-file.js';
import { punctuating } from './punctuating.js';
import { keyValueShell } from './shells/key-value-shell.js';
import { sessionShell } from './shells/session-shell.js';
import { shell } from './shells/shell.js';
import { versionedShell } from './shells/versioned-shell.js';
import { windowShell } from './shells/window-shell.js';
import { number, string, text } from './text.js';
import { named, type Vocabulary } from './vocabulary.js';

export type CaseProcessor = ProcessorSupplier<unknown, unknown, unknown, unknown>;
export type CaseFixedKeyProcessor = FixedKeyProcessorSupplier<unknown, unknown, unknown>;

export function processor(spec: FunctionSpec | undefined): CaseProcessor {
  return named('processor', PROCESSORS, spec);
}

export function fixedKeyProcessor(spec: FunctionSpec | undefined): CaseFixedKeyProcessor {
  return named('fixed-key processor', FIXED_KEY_PROCESSORS, spec);
}

export type CaseGlobalProcessor = GlobalProcessorSupplier<unknown, unknown>;

export function globalProcessor(spec: FunctionSpec | undefined): CaseGlobalProcessor {
  return named('processor of a global store', GLOBAL_PROCESSORS, spec);
}

type Store = KeyValueStore<unknown, unknown>;

/** The value of an entry of a plain store, or of the store of a table. */
function valueIn(entry: unknown): unknown {
  return typeof entry === 'object' && entry !== null && 'timestamp' in entry && 'value' in entry ? entry.value : entry;
}

const PROCESSORS: Vocabulary<CaseProcessor> = {
  dedup: store => context => {
    const seen = context.getStateStore<Store>(string(store));
    return record => {
      if (record.key === null || isDeepStrictEqual(seen.get(record.key), record.value)) return;
      seen.put(record.key, record.value);
      context.forward(record);
    };
  },
  runningSum: store => context => {
    const sums = context.getStateStore<Store>(string(store));
    return record => {
      if (record.key === null || record.value === null) return;
      const sum = number(sums.get(record.key)) + number(record.value);
      sums.put(record.key, sum);
      context.forward(record.withValue(sum));
    };
  },
  showTimes: () => context => record => {
    const [stream, wall] = [context.currentStreamTimeMs(), context.currentSystemTimeMs()];
    context.forward(record.withValue(`${text(record.value)}|ts=${record.timestamp}|st=${stream}|wc=${wall}`));
  },
  shiftTs: ms => context => record => context.forward(record.withTimestamp(record.timestamp + number(ms))),
  swap: () => context => record => context.forward({ ...record, key: record.value, value: record.key }),
  lookup: store => context => {
    const rows = context.getStateStore<Store>(string(store));
    return record => {
      const found = record.key === null ? null : valueIn(rows.get(record.key));
      context.forward(record.withValue(`${text(record.value)}~${text(found)}`));
    };
  },
  routeTo: (prefix, a, b) => context => record => {
    if (record.value === null) context.forward(record);
    else context.forward(record, string(string(record.value).startsWith(string(prefix)) ? a : b));
  },
  addHeader: (name, value) => context => record => {
    record.headers.push({ key: string(name), value: Buffer.from(string(value)) });
    context.forward(record);
  },
  showMeta: () => context => record => {
    // In a punctuation Java has metadata without a topic.
    const { topic, partition, offset } = context.recordMetadata() ?? { topic: null, partition: -1, offset: -1 };
    context.forward(record.withValue(`${text(record.value)}|${topic}/${partition}/${offset}`));
  },
  previous: store => context => {
    const rows = context.getStateStore<TimestampedKeyValueStoreWithHeaders<unknown, unknown>>(string(store));
    return record => {
      const { key, value, timestamp, headers } = record;
      const before = rows.get(key);
      rows.put(key, value === null ? null : { value, timestamp, headers });
      if (before !== null) context.forward({ key, ...before, headers: before.headers as Header[] });
    };
  },
  punctuateStream: (store, ms) => punctuating('streamTime', store, ms),
  punctuateStreamClear: (store, ms) => punctuating('streamTime', store, ms, 'clears'),
  punctuateStreamOnce: (store, ms) => punctuating('streamTime', store, ms, 'once'),
  punctuateStreamFrom: (store, ms, start) => punctuating('streamTime', store, ms, 'again', start),
  punctuateWall: (store, ms) => punctuating('wallClockTime', store, ms),
  punctuateWallClear: (store, ms) => punctuating('wallClockTime', store, ms, 'clears'),
  punctuateWallOnce: (store, ms) => punctuating('wallClockTime', store, ms, 'once'),
  punctuateWallFrom: (store, ms, start) => punctuating('wallClockTime', store, ms, 'again', start),
  kvShell: store => shell(store, keyValueShell),
  windowShell: store => shell(store, windowShell),
  sessionShell: store => shell(store, sessionShell),
  versionedShell: store => shell(store, versionedShell),
};

const FIXED_KEY_PROCESSORS: Vocabulary<CaseFixedKeyProcessor> = {
  prev: store => context => {
    const before = context.getStateStore<Store>(string(store));
    return record => {
      context.forward(record.withValue(`${text(record.value)}<${text(before.get(record.key))}`));
      before.put(record.key, record.value);
    };
  },
  showTimes: () => context => record => {
    const [stream, wall] = [context.currentStreamTimeMs(), context.currentSystemTimeMs()];
    context.forward(record.withValue(`${text(record.value)}|ts=${record.timestamp}|st=${stream}|wc=${wall}`));
  },
  twice: () => context => record => {
    context.forward(record);
    context.forward(record.withTimestamp(record.timestamp + 1));
  },
};

const GLOBAL_PROCESSORS: Vocabulary<CaseGlobalProcessor> = {
  storeAll: store => context => {
    const rows = context.getStateStore<Store>(string(store));
    return ({ key, value }) => {
      if (key !== null) rows.put(key, value);
    };
  },
  storeUnless: (store, refused) => context => {
    const rows = context.getStateStore<Store>(string(store));
    return ({ key, value }) => {
      if (isDeepStrictEqual(value, refused)) throw new Error(`${text(value)} is refused`);
      if (key !== null) rows.put(key, value);
    };
  },
};

/** The arguments of cases are of JSON. */
export type Argument = Json | undefined;
