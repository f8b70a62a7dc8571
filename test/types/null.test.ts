import { expectTypeOf } from 'expect-type';
import { describe, it } from 'mocha';
import { operators } from '../../streams/dsl/pipe/index.js';
import {
  type KGroupedStream,
  type KStream,
  type KTable,
  type Serde,
  Serdes,
  StreamsBuilder,
  type TimeWindowedKStream,
  TimeWindows,
  type Windowed,
} from '../../streams/index.js';

interface User {
  readonly country: string;
  readonly age: number;
}

const windows = TimeWindows.of({ size: '60s', grace: '10s' });

/** Each test has topics, stores and nodes of its own. */
function raw(): KStream<string | null, User | null> {
  return new StreamsBuilder().stream<string, User>('user');
}

describe('null in the types of keys and values', () => {
  it('is there after a source, and goes where its option is true', () => {
    const builder = new StreamsBuilder();
    const all = builder.stream<string, User>('all');
    expectTypeOf(all).toEqualTypeOf<KStream<string | null, User | null>>();
    const keyed = builder.stream<string, User>('keyed', { dropNullKeys: true });
    expectTypeOf(keyed).toEqualTypeOf<KStream<string, User | null>>();
    const valued = builder.stream<string, User>('valued', { dropNullValues: true });
    expectTypeOf(valued).toEqualTypeOf<KStream<string | null, User>>();
    const both = builder.stream<string, User>('both', { dropNullKeys: true, dropNullValues: true });
    expectTypeOf(both).toEqualTypeOf<KStream<string, User>>();
  });

  it('goes also where the types come from the serdes, and where a serde gives it', () => {
    const builder = new StreamsBuilder();
    const serdes = { keySerde: Serdes.long(), valueSerde: Serdes.json<User | null>() };
    expectTypeOf(builder.stream('all', serdes)).toEqualTypeOf<KStream<number | null, User | null>>();
    const both = builder.stream('both', { ...serdes, dropNullKeys: true, dropNullValues: true });
    expectTypeOf(both).toEqualTypeOf<KStream<number, User>>();
  });

  it('stays where an option is false, or not known to be true', () => {
    const builder = new StreamsBuilder();
    const no = builder.stream<string, User>('no', { dropNullKeys: false, dropNullValues: false });
    expectTypeOf(no).toEqualTypeOf<KStream<string | null, User | null>>();
    const maybe: boolean = builder.build === undefined;
    const perhaps = builder.stream<string, User>('perhaps', { dropNullKeys: maybe, dropNullValues: maybe });
    expectTypeOf(perhaps).toEqualTypeOf<KStream<string | null, User | null>>();
    const one = builder.stream<string, User>('one', { dropNullKeys: true, dropNullValues: maybe });
    expectTypeOf(one).toEqualTypeOf<KStream<string, User | null>>();
  });

  it('has no option at a table, where it deletes', () => {
    const builder = new StreamsBuilder();
    const declare = (): void => {
      // @ts-expect-error a null value deletes
      builder.table<string, User>('values', { as: 'values', dropNullValues: true });
      // @ts-expect-error a null key is dropped anyway
      builder.table<string, User>('keys', { as: 'keys', dropNullKeys: true });
    };
    expectTypeOf(declare).toBeFunction();
    expectTypeOf(builder.table<string, User>('users', { as: 'users' })).toEqualTypeOf<KTable<string, User>>();
  });

  it('must be looked for', () => {
    const declare = (): void => {
      // @ts-expect-error the value may be null
      raw().mapValues(user => user.age);
      // @ts-expect-error the key may be null
      raw().selectKey(key => key.length);
      // @ts-expect-error both may be null
      const stream: KStream<string, User> = raw();
      stream.to('users');
    };
    expectTypeOf(declare).toBeFunction();
  });

  it('goes with a filter that looks for it, of one parameter at a time', () => {
    const valued = raw().filter((_key, user) => user !== null);
    expectTypeOf(valued).toEqualTypeOf<KStream<string | null, User>>();
    expectTypeOf(valued.filter(key => key !== null)).toEqualTypeOf<KStream<string, User>>();
    const adults = raw().filter((_key, user) => user !== null && user.age > 17);
    expectTypeOf(adults).toEqualTypeOf<KStream<string | null, User | null>>();
    const named = raw().filter((_key, user) => user !== null, { name: 'present' });
    expectTypeOf(named).toEqualTypeOf<KStream<string | null, User>>();
    const isUser = (_key: unknown, user: User | null): user is User => user !== null && user.age >= 0;
    expectTypeOf(raw().filter(isUser)).toEqualTypeOf<KStream<string | null, User>>();
    expectTypeOf(raw().filterNot((_key, user) => user === null)).toEqualTypeOf<KStream<string | null, User>>();
    expectTypeOf(raw().filterNot(key => key === null)).toEqualTypeOf<KStream<string, User | null>>();
    expectTypeOf(raw().filterNot((_key, user) => user !== null)).toEqualTypeOf<KStream<string | null, null>>();
  });

  it('is in what streams hand on as it is', () => {
    type Raw = KStream<string | null, User | null>;
    expectTypeOf(raw().filter((_key, user) => (user?.age ?? 0) > 17)).toEqualTypeOf<Raw>();
    expectTypeOf(raw().peek(() => {})).toEqualTypeOf<Raw>();
    const one = raw();
    expectTypeOf(one.merge(one)).toEqualTypeOf<Raw>();
    const { adults } = raw()
      .split()
      .branch('adults', (_key, user) => (user?.age ?? 0) > 17)
      .noDefaultBranch();
    expectTypeOf(adults).toEqualTypeOf<Raw>();
    expectTypeOf(raw().selectKey((_key, user) => user?.country)).toEqualTypeOf<
      KStream<string | undefined, User | null>
    >();
    raw().pipe(
      operators(stream => {
        stream.tap(record => {
          expectTypeOf(record.key).toEqualTypeOf<string | null>();
          expectTypeOf(record.value).toEqualTypeOf<User | null>();
        });
        return stream;
      }),
    );
    raw().foreach((key, user) => {
      expectTypeOf(key).toEqualTypeOf<string | null>();
      expectTypeOf(user).toEqualTypeOf<User | null>();
    });
  });

  it('merges with streams that have none, not into one', () => {
    const all = raw();
    const present = all.filter((_key, user) => user !== null).filter(key => key !== null);
    expectTypeOf(all.merge(present)).toEqualTypeOf<KStream<string | null, User | null>>();
    const declare = (): void => {
      // @ts-expect-error null would come into a stream that has none
      present.merge(raw());
    };
    expectTypeOf(declare).toBeFunction();
  });

  it('may be a key after a repartition: a left join that comes later has results for it', () => {
    expectTypeOf(raw().repartition({ name: 'moved' })).toEqualTypeOf<KStream<string | null, User | null>>();
  });

  it('is no key after a grouping and a table, and no value of a table', () => {
    expectTypeOf(raw().groupByKey()).toEqualTypeOf<KGroupedStream<string, User | null>>();
    const byCountry = raw().groupBy((_key, user) => user?.country ?? null);
    expectTypeOf(byCountry).toEqualTypeOf<KGroupedStream<string, User | null>>();
    const undefinedToo = raw().groupBy((_key, user) => user?.age, { keySerde: Serdes.long() });
    expectTypeOf(undefinedToo).toEqualTypeOf<KGroupedStream<number, User | null>>();
    const table = raw().toTable({ as: 'users' });
    expectTypeOf(table).toEqualTypeOf<KTable<string, User>>();
    expectTypeOf(table.toStream()).toEqualTypeOf<KStream<string, User | null>>();
  });

  it('is no value of an aggregation', () => {
    const grouped = raw().groupByKey();
    expectTypeOf(grouped.count({ as: 'counts' })).toEqualTypeOf<KTable<string, number>>();
    const oldest = grouped.reduce((a, b) => (a.age > b.age ? a : b), { as: 'oldest' });
    expectTypeOf(oldest).toEqualTypeOf<KTable<string, User>>();
    const ages = grouped.aggregate(
      { initializer: () => 0, aggregator: (key, user, sum) => key.length + user.age + sum },
      { as: 'ages' },
    );
    expectTypeOf(ages).toEqualTypeOf<KTable<string, number>>();
  });

  it('is a value of an aggregation of windows, and no row', () => {
    const windowed = raw().groupByKey().windowedBy(windows);
    expectTypeOf(windowed).toEqualTypeOf<TimeWindowedKStream<string, User | null>>();
    const latest = windowed.reduce(
      (before, user) => {
        expectTypeOf(before).toEqualTypeOf<User>();
        expectTypeOf(user).toEqualTypeOf<User | null>();
        return user;
      },
      { as: 'latest' },
    );
    expectTypeOf(latest).toEqualTypeOf<KTable<Windowed<string>, User>>();
    const known = windowed.aggregate(
      {
        initializer: () => 0,
        aggregator: (key, user, sum) => {
          expectTypeOf(key).toEqualTypeOf<string>();
          expectTypeOf(user).toEqualTypeOf<User | null>();
          return sum;
        },
      },
      { as: 'known' },
    );
    expectTypeOf(known).toEqualTypeOf<KTable<Windowed<string>, number>>();
    expectTypeOf(windowed.distinct({ as: 'first' })).toEqualTypeOf<KStream<string, User | null>>();
    const countries = windowed.countDistinct((key, user) => `${key.length}${user?.country}`, { as: 'countries' });
    expectTypeOf(countries).toEqualTypeOf<KTable<Windowed<string>, number>>();
  });

  it('lets the serde of what is not null in', () => {
    const serdes = { keySerde: Serdes.string(), valueSerde: Serdes.json<User>() };
    raw().to('users', serdes);
    raw().repartition({ name: 'moved', ...serdes });
    raw()
      .groupByKey(serdes)
      .reduce((_before, user) => user, { as: 'latest', ...serdes });
    raw().toTable({ as: 'users', ...serdes });
  });

  it('is kept out of functions that take any key or value', () => {
    const latest = <K, V>(stream: KStream<K, V>): KTable<NonNullable<K>, NonNullable<V>> =>
      stream.groupByKey().reduce((_before, value) => value, { as: 'latest' });
    expectTypeOf(latest(raw())).toEqualTypeOf<KTable<string, User>>();
    const present = <V>(topic: string, valueSerde: Serde<V>): KStream<string, NonNullable<V>> =>
      new StreamsBuilder().stream<string, V>(topic, { valueSerde, dropNullKeys: true, dropNullValues: true });
    expectTypeOf(present('users', Serdes.json<User>())).toEqualTypeOf<KStream<string, User>>();
  });
});
