import type {
  KafkaStreams,
  ReadOnlyStores,
  StateStore,
  StoreBuilder,
  StoreEntry,
  StreamsBuilder,
} from '../../../../streams/index.js';
import type { Headers } from '../../../../streams/kafka/record.js';

/** The store of each subject. */
export const STORE = 'rows';
/** The topic of its records, with one partition. */
export const TOPIC = 'one';

export interface Put {
  readonly key: string;
  readonly value: string | null;
  readonly timestamp: number;
  readonly headers?: Headers;
}

export type Stores = {
  readonly [kind in keyof ReadOnlyStores<string, unknown>]: () => ReadOnlyStores<string, unknown>[kind];
};

/** A query, what it is expected to answer, and what it answers. */
export interface Query {
  readonly title: string;
  readonly expected: unknown;
  ask(stores: Stores, queries: KafkaStreams['queries']): unknown;
}

/** A kind of store in a topology, with records, and what queries answer after them. */
export interface Subject {
  readonly kind: 'keyValue' | 'window' | 'session';
  /** Adds the store. */
  declare(builder: StreamsBuilder): void;
  readonly puts: readonly Put[];
  /** All entries, in their order. */
  readonly entries: readonly StoreEntry[];
  readonly queries: readonly Query[];
}

export async function listed<T>(found: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of found) all.push(each);
  return all;
}

export function puts(...rows: readonly (readonly [string, string | null, number])[]): readonly Put[] {
  return rows.map(([key, value, timestamp]) => ({ key, value, timestamp }));
}

/** Puts each record of the topic to the store. */
export function processedBy<S extends StateStore>(
  builder: StreamsBuilder,
  store: StoreBuilder<S>,
  put: (rows: S, put: Put) => void,
): void {
  builder.stream<string, string | null>(TOPIC, { dropNullKeys: true }).process<string, string>(
    context => {
      const rows = context.getStateStore(store);
      return ({ key, value, timestamp, headers }) => put(rows, { key, value, timestamp, headers: [...headers] });
    },
    { stores: [store] },
  );
}
