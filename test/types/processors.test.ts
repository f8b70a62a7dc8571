import { expectTypeOf } from 'expect-type';
import { describe, it } from 'mocha';
import {
  type FixedKeyRecord,
  type KeyValueStore,
  type KStream,
  type KTable,
  type Processor,
  type ProcessorContext,
  type ProcessorRecord,
  Serdes,
  Stores,
  StreamsBuilder,
  type TimestampedKeyValueStore,
  type TimestampedKeyValueStoreWithHeaders,
} from '../../streams/index.js';

function stream(): KStream<string | null, number> {
  return new StreamsBuilder().stream<string, number>('in', { dropNullValues: true });
}

class Doubling implements Processor<string | null, number, Buffer, boolean> {
  init(_context: ProcessorContext<Buffer, boolean>): void {}
  process(_record: ProcessorRecord<string | null, number>): void {}
}

describe('key and value types of processors', () => {
  it('come from the class, from the type arguments, or are those of the stream', () => {
    expectTypeOf(stream().process(() => new Doubling())).toEqualTypeOf<KStream<Buffer, boolean>>();
    expectTypeOf(stream().process<Buffer, bigint>(() => () => {})).toEqualTypeOf<KStream<Buffer, bigint>>();
    expectTypeOf(stream().process(() => () => {})).toEqualTypeOf<KStream<string | null, number>>();
    expectTypeOf(stream().processValues<boolean>(() => () => {})).toEqualTypeOf<KStream<string | null, boolean>>();
  });

  it('are those of the records that it gets and forwards', () => {
    stream().process<string, boolean>(context => record => {
      expectTypeOf(record).toEqualTypeOf<ProcessorRecord<string | null, number>>();
      context.forward({ key: 'a', value: true, timestamp: record.timestamp });
      // @ts-expect-error: the value is a number
      context.forward({ ...record, key: 'a' });
      // @ts-expect-error: the key may be null
      context.forward(record.withValue(true));
    });
    // @ts-expect-error: the class takes numbers
    new StreamsBuilder().stream<string, string>('in').process(() => new Doubling());
    // @ts-expect-error: the values of the stream may be null
    new StreamsBuilder().stream<string, number>('in').process(() => new Doubling());
    const seen = new Set<string | null>();
    stream().process(
      () =>
        ({ key }) =>
          seen.delete(key),
    );
    stream().process(
      () =>
        async ({ key }) =>
          seen.has(key),
    );
  });

  it('keep the key in processValues', () => {
    stream().processValues<boolean>(context => record => {
      expectTypeOf(record).toEqualTypeOf<FixedKeyRecord<string | null, number>>();
      context.forward(record.withValue(true));
      // @ts-expect-error: no key but that of a record
      context.forward({ key: 'other', value: true, timestamp: 0, headers: [] });
      // @ts-expect-error: there is no withKey
      record.withKey('other');
    });
  });

  it('are those of the rows that transformValues gets and gives', () => {
    const table = new StreamsBuilder().table<string, number>('rows');
    const transformed = table.transformValues<boolean>(context => (value, key) => {
      expectTypeOf(value).toEqualTypeOf<number | null>();
      expectTypeOf(key).toEqualTypeOf<string>();
      expectTypeOf(context.timestamp()).toEqualTypeOf<number>();
      return value === null ? null : value > 0;
    });
    expectTypeOf(transformed).toEqualTypeOf<KTable<string, boolean>>();
    // @ts-expect-error: a promise is no row
    table.transformValues<boolean>(() => async () => true);
  });

  it('are those of the topic in the processor of a global store', () => {
    const store = Stores.keyValueStore<string, number>({ name: 'global' });
    new StreamsBuilder().addGlobalStore<string, number>(store, 'in', {}, context => {
      expectTypeOf(context.getStateStore(store)).toEqualTypeOf<KeyValueStore<string, number>>();
      return record => expectTypeOf(record).toEqualTypeOf<ProcessorRecord<string | null, number | null>>();
    });
  });

  it('of asynchronous operators are those of the promise, or of the result that is none', () => {
    const mapped = stream().mapValuesAsync(async (value, key, { signal }) => {
      expectTypeOf(value).toEqualTypeOf<number>();
      expectTypeOf(key).toEqualTypeOf<string | null>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      return String(value);
    });
    expectTypeOf(mapped).toEqualTypeOf<KStream<string | null, string>>();
    expectTypeOf(stream().mapValuesAsync(value => value > 0)).toEqualTypeOf<KStream<string | null, boolean>>();
    const several = stream().processAsync(async ({ value }) => [{ key: value, value: String(value) }]);
    expectTypeOf(several).toEqualTypeOf<KStream<number, string>>();
    const one = stream().processAsync(({ value, timestamp }) => ({ key: value, value: true, timestamp }));
    expectTypeOf(one).toEqualTypeOf<KStream<number, boolean>>();
    expectTypeOf(stream().processAsync<string, number>(async () => {})).toEqualTypeOf<KStream<string, number>>();
    // @ts-expect-error: a result has a key
    stream().processAsync<string, number>(async ({ value }) => ({ value }));
    const refused = stream().mapValues(async value => value);
    // @ts-expect-error: the other operators take no promise
    refused.to('out');
  });

  it('of stores come from their declaration', () => {
    const plain = Stores.keyValueStore({ name: 'a', keySerde: Serdes.long(), valueSerde: Serdes.string() });
    const timestamped = Stores.timestampedKeyValueStore<string, number>({ name: 'b' });
    const withHeaders = Stores.timestampedKeyValueStoreWithHeaders<string, number>({ name: 'c' });
    stream().process(
      context => {
        const store = context.getStateStore(plain);
        expectTypeOf(store).toEqualTypeOf<KeyValueStore<number, string>>();
        expectTypeOf(context.getStateStore(timestamped)).toEqualTypeOf<TimestampedKeyValueStore<string, number>>();
        expectTypeOf(context.getStateStore(withHeaders)).toEqualTypeOf<
          TimestampedKeyValueStoreWithHeaders<string, number>
        >();
        expectTypeOf(store.get(1)).toEqualTypeOf<string | null>();
        return async () => {
          for await (const entry of store.range(1, null)) expectTypeOf(entry.key).toEqualTypeOf<number>();
        };
      },
      { stores: [plain, timestamped, withHeaders] },
    );
  });
});
