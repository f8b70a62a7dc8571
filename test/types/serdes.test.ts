import { type } from 'arktype';
import { expectTypeOf } from 'expect-type';
import { describe, it } from 'mocha';
import * as v from 'valibot';
import { z } from 'zod';
import { type KStream, type Serde, Serdes, StreamsBuilder, type Windowed } from '../../streams/index.js';

interface Order {
  id: string;
  at: Date;
  tags?: string[] | undefined;
}

describe('types of serdes', () => {
  it('are those of their values', () => {
    expectTypeOf(Serdes.short()).toEqualTypeOf<Serde<number>>();
    expectTypeOf(Serdes.integer()).toEqualTypeOf<Serde<number>>();
    expectTypeOf(Serdes.float()).toEqualTypeOf<Serde<number>>();
    expectTypeOf(Serdes.bigint()).toEqualTypeOf<Serde<bigint>>();
    expectTypeOf(Serdes.boolean()).toEqualTypeOf<Serde<boolean>>();
    expectTypeOf(Serdes.uuid()).toEqualTypeOf<Serde<string>>();
    expectTypeOf(Serdes.timestamp()).toEqualTypeOf<Serde<Date>>();
    expectTypeOf(Serdes.void()).toEqualTypeOf<Serde<null>>();
    expectTypeOf(Serdes.list(Serdes.bigint())).toEqualTypeOf<Serde<readonly (bigint | null)[]>>();
    expectTypeOf(Serdes.timeWindowed(Serdes.uuid(), 1)).toEqualTypeOf<Serde<Windowed<string>>>();
  });

  it('of JSON are those that were named, or the output types of a schema', () => {
    expectTypeOf(Serdes.json()).toEqualTypeOf<Serde<unknown>>();
    expectTypeOf(Serdes.json<Order>()).toEqualTypeOf<Serde<Order>>();
    const zod = Serdes.json(z.object({ id: z.string(), at: z.coerce.date(), tags: z.array(z.string()).optional() }));
    expectTypeOf(zod).toEqualTypeOf<Serde<Order>>();
    const toDate = v.pipe(
      v.string(),
      v.transform(text => new Date(text)),
    );
    const valibot = Serdes.json(v.object({ id: v.string(), at: toDate }));
    expectTypeOf(valibot).toEqualTypeOf<Serde<{ id: string; at: Date }>>();
    const arktype = Serdes.json(type({ id: 'string', at: 'string.date.iso.parse' }));
    expectTypeOf(arktype).toEqualTypeOf<Serde<{ id: string; at: Date }>>();
  });

  it('of a schema are those of a stream', () => {
    const valueSerde = Serdes.json(z.object({ id: z.string(), at: z.coerce.date() }));
    const orders = new StreamsBuilder().stream('orders', { valueSerde, dropNullKeys: true, dropNullValues: true });
    expectTypeOf(orders).toEqualTypeOf<KStream<string, { id: string; at: Date }>>();
    // @ts-expect-error: an order has no price
    orders.filter((_key, order) => order.price > 1);
  });

  it('do not match a schema of another type', () => {
    expectTypeOf(Serdes.json<Order>).toBeCallableWith(z.object({ id: z.string(), at: z.date() }));
    // @ts-expect-error: the schema makes numbers
    Serdes.json<string>(z.number());
    // @ts-expect-error: no schema
    (): unknown => Serdes.json({ parse: (text: string) => text });
  });
});
