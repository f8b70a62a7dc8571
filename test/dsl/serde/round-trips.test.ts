import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { z } from 'zod';
import { type Serde, Serdes, type Windowed } from '../../../streams/index.js';

const INT64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const TIME = fc.maxSafeNat();
const text = fc.string({ unit: 'grapheme' });
const json = fc.jsonValue({ noUnicodeString: false });

const SIZE_MS = 60_000;
const windowed: fc.Arbitrary<Windowed<string>> = fc
  .record({ key: text, start: TIME })
  .map(({ key, start }) => ({ key, window: { start, end: start + SIZE_MS } }));
const session: fc.Arbitrary<Windowed<string>> = fc
  .tuple(text, TIME, fc.oneof(TIME, fc.constant(Number.POSITIVE_INFINITY)))
  .map(([key, a, b]) => ({ key, window: { start: Math.min(a, b), end: Math.max(a, b) } }));

const order = fc.record({ id: text, price: fc.integer(), tags: fc.array(text) }, { noNullPrototype: true });
const orderSchema = z.object({ id: z.string(), price: z.number(), tags: z.array(z.string()) });

const nullable = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<readonly (T | null)[]> =>
  fc.array(fc.option(arbitrary, { nil: null }));

/** A value that its serde writes and reads, and what the reader must have. */
interface Trip {
  readonly serde: Serde<unknown>;
  readonly values: fc.Arbitrary<unknown>;
}

const trip = <T>(serde: Serde<T>, values: fc.Arbitrary<T>): Trip => ({ serde: serde as Serde<unknown>, values });

const TRIPS: Readonly<Record<string, Trip>> = {
  string: trip(Serdes.string(), text),
  short: trip(Serdes.short(), fc.integer({ min: -0x8000, max: 0x7fff })),
  integer: trip(Serdes.integer(), fc.integer()),
  long: trip(Serdes.long(), fc.maxSafeInteger()),
  bigint: trip(Serdes.bigint(), INT64),
  float: trip(Serdes.float(), fc.float()),
  double: trip(Serdes.double(), fc.double()),
  boolean: trip(Serdes.boolean(), fc.boolean()),
  uuid: trip(Serdes.uuid(), fc.uuid()),
  timestamp: trip(Serdes.timestamp(), fc.date({ noInvalidDate: true })),
  bytes: trip(
    Serdes.bytes(),
    fc.uint8Array().map(bytes => Buffer.from(bytes)),
  ),
  // JSON has no -0.
  json: trip(
    Serdes.json(),
    json.map(value => JSON.parse(JSON.stringify(value)) as unknown),
  ),
  'json with a schema': trip(Serdes.json(orderSchema), order),
  'list of texts': trip(Serdes.list(Serdes.string()), nullable(text)),
  'list of integers': trip(Serdes.list(Serdes.integer()), nullable(fc.integer())),
  'list of bigints': trip(Serdes.list(Serdes.bigint()), nullable(INT64)),
  'list of lists': trip(Serdes.list(Serdes.list(Serdes.uuid())), nullable(nullable(fc.uuid()))),
  'time-windowed key': trip(Serdes.timeWindowed(Serdes.string(), SIZE_MS), windowed),
  'session-windowed key': trip(Serdes.sessionWindowed(Serdes.string()), session),
};

describe('serdes', () => {
  for (const [name, { serde, values }] of Object.entries(TRIPS)) {
    it(`read what they have written: ${name}`, () => {
      fc.assert(fc.property(values, value => assert.deepEqual(serde.deserialize(serde.serialize(value)), value)));
    });

    it(`return a value for any bytes, or throw a TypeError, a RangeError or a SyntaxError: ${name}`, () => {
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        values.map(value => serde.serialize(value).subarray(1)),
      );
      fc.assert(
        fc.property(bytes, read => {
          try {
            serde.deserialize(Buffer.from(read));
          } catch (error) {
            assert.ok(error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError);
            assert.doesNotMatch(error.message, /out of bounds|outside buffer/);
          }
        }),
      );
    });
  }

  it('write keys whose state key is the bytes of the key', () => {
    const { stateKey, serialize } = Serdes.string();
    assert.ok(stateKey);
    fc.assert(fc.property(text, key => assert.equal(stateKey(key), serialize(key).toString('latin1'))));
  });

  it('parse the keys of URLs', () => {
    const parsed = <T>(serde: Serde<T>, key: string): T | undefined => serde.fromText?.(key);
    assert.equal(parsed(Serdes.integer(), '-5'), -5);
    assert.equal(parsed(Serdes.bigint(), '9223372036854775807'), 9223372036854775807n);
    assert.equal(parsed(Serdes.boolean(), 'false'), false);
    const uuid = 'abcdef01-2345-6789-abcd-ef0123456789';
    assert.equal(parsed(Serdes.uuid(), uuid.toUpperCase()), uuid);
    assert.deepEqual(parsed(Serdes.timestamp(), '2026-01-02T03:04:05Z'), new Date('2026-01-02T03:04:05Z'));
    assert.deepEqual(parsed(Serdes.timestamp(), '-1'), new Date(-1));
    assert.deepEqual(parsed(Serdes.json(orderSchema), '{"id":"a","price":1,"tags":[]}'), {
      id: 'a',
      price: 1,
      tags: [],
    });
  });

  for (const [serde, wrong] of [
    [Serdes.bigint(), '1.5'],
    [Serdes.bigint(), ''],
    [Serdes.boolean(), 'yes'],
    [Serdes.uuid(), '1-1-1-1-1'],
    [Serdes.timestamp(), '2026-01-02T03:04'],
    [Serdes.timestamp(), '2026-13-45T03:04Z'],
    [Serdes.json(orderSchema), '{}'],
  ] as const) {
    it(`refuse a key of a URL that is not of the type: ${wrong}`, () => {
      assert.throws(() => serde.fromText?.(wrong), TypeError);
    });
  }
});
