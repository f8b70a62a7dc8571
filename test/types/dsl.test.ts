import { expectTypeOf } from 'expect-type';
import { describe, it } from 'mocha';
import { type OperatorRecord, type OperatorStream, operators } from '../../streams/dsl/pipe/index.js';
import {
  type Headers,
  type KeyValue,
  type KGroupedStream,
  type KStream,
  type KTable,
  Serdes,
  type StreamPartitioner,
  StreamsBuilder,
  Suppressed,
  type TimeWindowedKStream,
  TimeWindows,
  type Windowed,
} from '../../streams/index.js';

interface User {
  readonly country: string;
  readonly age: number;
}

/** The key and value types of a stream, a table or a group. */
type Types<S> =
  S extends KStream<infer K, infer V>
    ? readonly [K, V]
    : S extends KTable<infer K, infer V>
      ? readonly [K, V]
      : S extends KGroupedStream<infer K, infer V>
        ? readonly [K, V]
        : S extends TimeWindowedKStream<infer K, infer V>
          ? readonly [K, V]
          : never;

function typesOf<S>(_declared: S): Types<S> {
  return undefined as unknown as Types<S>;
}

const windows = TimeWindows.of({ size: '60s', grace: '10s' });

/** Each test has topics, stores and nodes of its own. */
function users(): KStream<string, User> {
  return new StreamsBuilder().stream<string, User>('user', { dropNullKeys: true, dropNullValues: true });
}

/** Keys and values as a topic has them. */
function rawUsers(): KStream<string | null, User | null> {
  return new StreamsBuilder().stream<string, User>('user');
}

describe('key and value types', () => {
  it('come from the topic, its serdes or the type arguments', () => {
    const builder = new StreamsBuilder();
    expectTypeOf(typesOf(builder.stream('untyped'))).toEqualTypeOf<readonly [string | null, unknown]>();
    const typed = builder.stream('typed', { keySerde: Serdes.long(), valueSerde: Serdes.bytes() });
    expectTypeOf(typesOf(typed)).toEqualTypeOf<readonly [number | null, Buffer | null]>();
    expectTypeOf(typesOf(rawUsers())).toEqualTypeOf<readonly [string | null, User | null]>();
    const matching = builder.stream<string, User>(/users-[a-z]+/, { dropNullKeys: true });
    expectTypeOf(typesOf(matching)).toEqualTypeOf<readonly [string, User | null]>();
    // @ts-expect-error a table is of one topic
    const table = (): unknown => builder.table(/users-[a-z]+/);
    expectTypeOf(table).toBeFunction();
  });

  it('are carried through map, mapValues, selectKey, flatMap and flatMapValues', () => {
    const stream = users();
    const mapped = stream.map((key, user) => ({ key: user.age, value: key }));
    expectTypeOf(typesOf(mapped)).toEqualTypeOf<readonly [number, string]>();
    expectTypeOf(typesOf(stream.mapValues(user => user.age))).toEqualTypeOf<readonly [string, number]>();
    expectTypeOf(typesOf(stream.selectKey((_key, user) => user.age))).toEqualTypeOf<readonly [number, User]>();
    const flat = stream.flatMap((key, user) => [{ key: user, value: key }]);
    expectTypeOf(typesOf(flat)).toEqualTypeOf<readonly [User, string]>();
    expectTypeOf(typesOf(stream.flatMapValues(user => [user.age]))).toEqualTypeOf<readonly [string, number]>();
  });

  it('stay in filter, peek, repartition and merge', () => {
    const stream = users();
    const same = stream
      .filter((_key, user) => user.age > 17)
      .filterNot(key => key === '')
      .peek((key, user) => {
        expectTypeOf(key).toEqualTypeOf<string>();
        expectTypeOf(user).toEqualTypeOf<User>();
      })
      .repartition({ name: 'moved' });
    expectTypeOf(typesOf(same.merge(stream))).toEqualTypeOf<readonly [string, User]>();
    expectTypeOf(stream.merge).parameter(0).toEqualTypeOf<KStream<string, User>>();
  });

  it('are carried through groupBy, windowedBy, count and toStream, where null is a tombstone', () => {
    const grouped = users().groupBy((_key, user) => user.age, { keySerde: Serdes.long() });
    expectTypeOf(typesOf(grouped)).toEqualTypeOf<readonly [number, User]>();
    const total = grouped.count({ as: 'total' });
    expectTypeOf(typesOf(total)).toEqualTypeOf<readonly [number, number]>();
    expectTypeOf(typesOf(total.toStream())).toEqualTypeOf<readonly [number, number | null]>();
    const windowed = grouped.windowedBy(windows).emitStrategy('onWindowClose');
    expectTypeOf(typesOf(windowed)).toEqualTypeOf<readonly [number, User]>();
    const counts = windowed.count({ as: 'counts' });
    expectTypeOf(typesOf(counts)).toEqualTypeOf<readonly [Windowed<number>, number]>();
    expectTypeOf(typesOf(counts.toStream())).toEqualTypeOf<readonly [Windowed<number>, number | null]>();
    const keyed = counts.toStream(({ key, window }) => [key, window.start] as const);
    expectTypeOf(typesOf(keyed)).toEqualTypeOf<readonly [readonly [number, number], number | null]>();
  });

  it('of an aggregate are those of its initializer; of a reduce those of the stream', () => {
    const grouped = users().groupByKey();
    const oldest = grouped.aggregate(
      { initializer: () => ({ age: 0 }), aggregator: (_key, user, oldest) => (user.age > oldest.age ? user : oldest) },
      { as: 'oldest' },
    );
    expectTypeOf(typesOf(oldest)).toEqualTypeOf<readonly [string, { age: number }]>();
    const last = grouped.reduce((_before, user) => user, { as: 'last' });
    expectTypeOf(typesOf(last)).toEqualTypeOf<readonly [string, User]>();
    const distinct = grouped.windowedBy(windows).countDistinct((_key, user) => user.country, { as: 'countries' });
    expectTypeOf(typesOf(distinct)).toEqualTypeOf<readonly [Windowed<string>, number]>();
  });

  it('of a table go through filter, mapValues and suppress', () => {
    const table = new StreamsBuilder().table<string, User>('user', { as: 'users' });
    const ages = table.filter((_key, user) => user.age > 17).mapValues(user => user.age);
    expectTypeOf(typesOf(ages)).toEqualTypeOf<readonly [string, number]>();
    const calm = ages.suppress(Suppressed.untilTimeLimit('5s'), { name: 'calm' });
    expectTypeOf(typesOf(calm)).toEqualTypeOf<readonly [string, number]>();
  });

  it('of the branches of a split are those of the stream, under the names that were given', () => {
    const branches = users()
      .split()
      .branch('minors', (_key, user) => user.age < 18)
      .defaultBranch('adults');
    expectTypeOf(branches).toEqualTypeOf<Readonly<Record<'minors' | 'adults', KStream<string, User>>>>();
    const without = users()
      .split()
      .branch('minors', () => true)
      .noDefaultBranch();
    expectTypeOf<keyof typeof without>().toEqualTypeOf<'minors'>();
  });

  it('do not let any in', () => {
    const stream = users();
    const mapped = typesOf(stream.mapValues(user => user.age));
    expectTypeOf<(typeof mapped)[1]>().not.toBeAny();
    const updates = typesOf(stream.groupByKey().count({ as: 'counts' }).toStream());
    expectTypeOf<(typeof updates)[1]>().not.toBeAny();
    expectTypeOf(stream.to).parameter(1).not.toBeAny();
  });

  it('refuse functions that give a promise', () => {
    const stream = users();
    const table = new StreamsBuilder().table<string, User>('user', { as: 'users' });
    const later = async (): Promise<never> => Promise.reject(new Error('never called'));
    const declare = (): void => {
      // @ts-expect-error a predicate gives a boolean
      stream.filter(async (_key, user) => user.age > 17);
      // @ts-expect-error a mapper gives a record
      stream.map(async (key, value) => ({ key, value }));
      // @ts-expect-error nothing can follow
      stream.mapValues(async user => user.age).to('out');
      // @ts-expect-error nothing can follow, with a name either
      stream.mapValues(async user => user.age, { name: 'ages' }).to('out');
      // @ts-expect-error a mapper gives records
      stream.flatMap(async (key, value) => [{ key, value }]);
      // @ts-expect-error a mapper gives values
      stream.flatMapValues(async value => [value]);
      // @ts-expect-error nothing can follow
      stream.selectKey(async key => key).to('out');
      // @ts-expect-error nothing can follow
      stream.groupBy(async key => key).count({ as: 'counts' });
      // @ts-expect-error nothing waits for it
      stream.peek(async () => later());
      // @ts-expect-error nothing waits for it
      stream.foreach(later);
      // @ts-expect-error a topic is a string
      stream.to(async () => 'out');
      // @ts-expect-error nothing can follow
      table.mapValues(async user => user.age).toStream();
      // @ts-expect-error a predicate gives a boolean
      table.filter(async () => true);
      // @ts-expect-error a timestamp is a number
      new StreamsBuilder().stream('in', { timestampExtractor: async () => 0 });
    };
    expectTypeOf(declare).toBeFunction();
  });

  it('are those of the partitioners of sinks and repartitions', () => {
    const stream = rawUsers();
    stream.to('out', {
      partitioner(topic, key, value, numPartitions, headers) {
        expectTypeOf(topic).toEqualTypeOf<string>();
        expectTypeOf(key).toEqualTypeOf<string | null>();
        expectTypeOf(value).toEqualTypeOf<User | null>();
        expectTypeOf(numPartitions).toEqualTypeOf<number>();
        expectTypeOf(headers).toEqualTypeOf<Headers>();
        return value === null ? [] : value.age < 18 ? [0, 1] : key === null ? undefined : 2;
      },
    });
    const byAge: StreamPartitioner<string, User> = (_topic, _key, { age }, numPartitions) => age % numPartitions;
    expectTypeOf(typesOf(users().repartition({ name: 'by-age', partitioner: byAge }))).toEqualTypeOf<
      readonly [string, User]
    >();
    const declare = (): void => {
      // @ts-expect-error a partition is a number
      stream.to('out', { partitioner: async () => 0 });
      // @ts-expect-error a partition is a number
      stream.to('out', { partitioner: () => 'first' });
      // @ts-expect-error a partitioner of other values
      users().repartition({ name: 'moved', partitioner: (_topic: string, _key: string, value: number) => value });
    };
    expectTypeOf(declare).toBeFunction();
  });

  it('are those of the records that go into and come out of the operators of pipe', () => {
    const piped = users().pipe(
      operators(records =>
        records.map(record => {
          expectTypeOf(record).toEqualTypeOf<KeyValue<string, User>>();
          return { key: record.value.age, value: record.key };
        }),
      ),
    );
    expectTypeOf(typesOf(piped)).toEqualTypeOf<readonly [number, string]>();
    // @ts-expect-error The chain is of other records.
    users().pipe(operators((records: OperatorStream<OperatorRecord<string, number>>) => records));
  });

  it('are inferred where a function gives any, never, unknown or what only its caller knows', () => {
    const stream = users();
    expectTypeOf(typesOf(stream.mapValues((): unknown => 1))).toEqualTypeOf<readonly [string, unknown]>();
    expectTypeOf(stream.mapValues(user => JSON.parse(String(user.age))).to).toBeFunction();
    const failing = stream.mapValues(() => {
      throw new Error('never called');
    });
    expectTypeOf(typesOf(failing)).toEqualTypeOf<readonly [string, never]>();
    const enriched = <V extends object>(values: KStream<string, V>) => values.mapValues(value => ({ ...value, at: 1 }));
    expectTypeOf(typesOf(enriched(stream))).toExtend<readonly [string, User & { readonly at: number }]>();
    const seen: unknown[] = [];
    stream.peek((_key, user) => seen.push(user)).foreach((_key, user) => void seen.push(user));
  });
});
