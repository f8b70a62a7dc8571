import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type } from 'arktype';
import { afterEach, describe, it } from 'mocha';
import * as v from 'valibot';
import { z } from 'zod';
import { resumeOnError, SchemaError, Serdes, type StandardSchema, StreamsBuilder } from '../../../streams/index.js';
import { type TestRecord, TopologyTestDriver } from '../../../streams/testing/index.js';

/** The type of what each of the three schemas accepts. Its time is text in JSON. */
interface Order {
  readonly id: string;
  readonly buyer: { readonly age: number };
  readonly at: Date;
}

interface Library {
  readonly schema: StandardSchema<Order>;
  /** What the library says of an age that is text. */
  readonly ageIsText: string;
}

const LIBRARIES: Readonly<Record<string, Library>> = {
  Zod: {
    schema: z.object({ id: z.string(), buyer: z.object({ age: z.number() }), at: z.coerce.date() }),
    ageIsText: 'buyer.age: Invalid input: expected number, received string',
  },
  Valibot: {
    schema: v.object({
      id: v.string(),
      buyer: v.object({ age: v.number() }),
      at: v.pipe(
        v.string(),
        v.isoTimestamp(),
        v.transform(text => new Date(text)),
      ),
    }),
    ageIsText: 'buyer.age: Invalid type: Expected number but received "old"',
  },
  ArkType: {
    schema: type({ id: 'string', buyer: { age: 'number' }, at: 'string.date.iso.parse' }),
    ageIsText: 'buyer.age must be a number (was a string)',
  },
};

const JSON_TEXT = { valueSerde: Serdes.string() };
const text = (age: unknown): string => JSON.stringify({ id: 'a', buyer: { age }, at: '2026-01-02T03:04:05.678Z' });

describe('a JSON serde with a schema', () => {
  let driver: TopologyTestDriver | undefined;

  afterEach(async () => {
    await driver?.close();
    driver = undefined;
  });

  for (const [name, { schema, ageIsText }] of Object.entries(LIBRARIES)) {
    describe(`of ${name}`, () => {
      /** The last order of each buyer's age. Orders go through a repartition topic, a store and its changelog. */
      async function lastByAge(): Promise<TopologyTestDriver> {
        const builder = new StreamsBuilder();
        builder
          .stream('orders', { valueSerde: Serdes.json(schema), dropNullValues: true })
          .peek((_key, { at }) => assert.equal(at.getTime(), Date.parse('2026-01-02T03:04:05.678Z')))
          .groupBy((_key, { buyer }) => buyer.age, { keySerde: Serdes.integer(), valueSerde: Serdes.json(schema) })
          .reduce((before, order) => ({ ...order, id: `${before.id}${order.id}` }), { as: 'last' })
          .toStream()
          .to('out');
        driver = await TopologyTestDriver.create(builder.build(), {
          partitions: 4,
          deserializationExceptionHandler: resumeOnError,
          deadLetterTopic: 'dead',
        });
        return driver;
      }

      it('types and converts values, in a store that is restored too', async () => {
        const { length } = text(20);
        const running = await lastByAge();
        await running.pipeInput('orders', [{ key: 'k', value: text(20), timestamp: 0 }], JSON_TEXT);
        await running.crash();
        await running.pipeInput('orders', [{ key: 'other', value: text(20), timestamp: 1 }], JSON_TEXT);
        const out = running.readOutput('out', { keySerde: Serdes.integer(), valueSerde: Serdes.json(schema) });
        assert.deepEqual(
          out.map(({ key, value }) => [key, value?.id, value?.at.toISOString()]),
          [
            [20, 'a', '2026-01-02T03:04:05.678Z'],
            [20, 'aa', '2026-01-02T03:04:05.678Z'],
          ],
        );
        assert.equal(Serdes.json(schema).serialize(JSON.parse(text(20)) as Order).length, length);
      });

      it('keeps an invalid value as a dead letter, whose reason has the path', async () => {
        const running = await lastByAge();
        await running.pipeInput('orders', [{ key: 'k', value: text('old'), timestamp: 0 }], JSON_TEXT);
        await running.pipeInput('orders', [{ key: 'k', value: text(20), timestamp: 1 }], JSON_TEXT);
        const dead = running.readOutput('dead', JSON_TEXT);
        assert.deepEqual(
          dead.map(letter => [letter.value, header(letter, 'exception'), header(letter, 'message')]),
          [[text('old'), 'SchemaError', ageIsText]],
        );
        assert.equal(running.readOutput('out', { ...JSON_TEXT, keySerde: Serdes.integer() }).length, 1);
      });

      it('does not write a value that it could not read again', () => {
        const wrong = { ...JSON.parse(text('old')) } as Order;
        assert.throws(() => Serdes.json(schema).serialize(wrong), {
          name: 'SchemaError',
          message: `the schema could not read the value again: ${ageIsText}`,
        });
      });

      it('validates JSON null, and text that is not JSON', () => {
        const serde = Serdes.json(schema);
        assert.throws(() => serde.deserialize(Buffer.from('null')), SchemaError);
        assert.throws(() => serde.deserialize(Buffer.from('{')), SyntaxError);
      });
    });
  }

  it('writes a value as it is, and reads the defaults of the schema', () => {
    const serde = Serdes.json(z.object({ id: z.string(), count: z.number().default(1) }));
    const value = { id: 'a', count: 2, more: true };
    assert.equal(serde.serialize(value).toString(), '{"id":"a","count":2,"more":true}');
    assert.deepEqual(serde.deserialize(Buffer.from('{"id":"a"}')), { id: 'a', count: 1 });
  });

  it('reads with a schema that converts one way, and refuses to write what it makes', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', { valueSerde: Serdes.json(z.string().transform(Number)), dropNullValues: true })
      .filter((_key, value) => value > 1)
      .to('out', { name: 'writes', valueSerde: Serdes.double() });
    builder.stream('other', { valueSerde: Serdes.json(z.string().transform(Number)) }).to('same', { name: 'sink' });
    driver = await TopologyTestDriver.create(builder.build());
    await driver.pipeInput('in', [{ key: 'k', value: '2', timestamp: 0 }]);
    assert.equal(driver.readOutput('out', { valueSerde: Serdes.double() })[0]?.value, 2);
    await assert.rejects(driver.pipeInput('other', [{ key: 'k', value: '2', timestamp: 0 }]), {
      message: /the schema could not read the value again: .*expected string.*: check valueSerde of sink/,
    });
  });

  it('names the places of the first three issues, and has all of them', () => {
    const key = { 'a b': z.number(), list: z.array(z.object({ x: z.number() })), c: z.string(), d: z.string() };
    const error: unknown = thrownBy(() =>
      Serdes.json(z.object(key)).deserialize(Buffer.from('{"list":[{"x":1},{"x":"2"}]}')),
    );
    assert.ok(error instanceof SchemaError);
    assert.equal(error.issues.length, 4);
    assert.match(error.message, /^\["a b"\]: .*; list\[1\]\.x: .*; c: .*; and 1 more$/);
    assert.match(thrownBy(() => Serdes.json(z.string()).deserialize(Buffer.from('1'))).message, /^Invalid input/);
  });

  it('reads paths of segments with keys', () => {
    const issues = [{ message: 'bad', path: [{ key: 'user' }, { key: 0 }, Symbol.for('s')] }];
    const schema: StandardSchema<number> = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ issues }) },
    };
    assert.throws(() => Serdes.json(schema).deserialize(Buffer.from('1')), {
      message: 'user[0]["Symbol(s)"]: bad',
    });
  });

  it('refuses an asynchronous schema when it is made, if the schema says so', () => {
    assert.throws(() => Serdes.json(v.objectAsync({ id: v.string() })), {
      name: 'TypeError',
      message: 'Serdes.json: the schema (valibot) is asynchronous, and serdes must be synchronous',
    });
  });

  const gavePromise = 'the schema (zod) gave a promise: it is asynchronous, or a function of it threw';

  for (const [what, schema] of Object.entries({
    'is asynchronous': z.string().refine(async id => id !== ''),
    'has a function that throws': z.string().transform(text => JSON.parse(text) as string),
  })) {
    it(`can't read or write a value with a schema that ${what}, and the promise ends nothing`, async () => {
      const builder = new StreamsBuilder();
      builder.stream('in', { valueSerde: Serdes.json(schema) }).to('out');
      builder.stream<string, string>('other').to('written', { name: 'writes', valueSerde: Serdes.json(schema) });
      const running = await TopologyTestDriver.create(builder.build(), {
        deserializationExceptionHandler: resumeOnError,
        processingExceptionHandler: resumeOnError,
        productionExceptionHandler: resumeOnError,
        deadLetterTopic: 'dead',
      });
      driver = running;
      for (const topic of ['in', 'other']) {
        await running.pipeInput(topic, [{ key: 'k', value: '{', timestamp: 0 }]);
        const dead = running.readOutput<string, string>('dead');
        assert.deepEqual(
          dead.map(letter => [letter.value, header(letter, 'message')]),
          [['{', gavePromise]],
        );
      }
    });
  }

  it('handles the rejection of the promise, which would end the process', async () => {
    const rejections: unknown[] = [];
    const listener = (reason: unknown): void => void rejections.push(reason);
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', listener);
    try {
      const rejecting: StandardSchema<number> = {
        '~standard': { version: 1, vendor: 'test', validate: () => Promise.reject(new Error('of the schema')) },
      };
      assert.throws(() => Serdes.json(rejecting).deserialize(Buffer.from('1')), /the schema \(test\) gave a promise/);
      // A rejection that is reported: then the one before it would have been, too.
      const reported = once(process, 'unhandledRejection');
      const unhandled = new Error('of the test');
      void Promise.reject(unhandled);
      await reported;
      assert.deepEqual(rejections, [unhandled]);
    } finally {
      process.removeListener('unhandledRejection', listener);
      for (const other of others) process.on('unhandledRejection', other);
    }
  });

  it('refuses what is no schema', () => {
    const message = 'Serdes.json: the schema does not implement Standard Schema v1 (https://standardschema.dev)';
    const validate = (): never => assert.fail();
    for (const other of [undefined, null, {}, { parse: validate }, { '~standard': { version: 2, validate } }]) {
      assert.throws(() => Serdes.json(other as unknown as StandardSchema<number>), { name: 'TypeError', message });
    }
  });
});

/** What the dead letter says of its error. */
function header({ headers = [] }: TestRecord<unknown, unknown>, name: string): string | undefined {
  return headers.find(({ key }) => key === `__streams.errors.${name}`)?.value?.toString();
}

function thrownBy(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  return assert.fail('nothing was thrown');
}
