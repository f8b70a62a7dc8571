import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import { type Serde, Serdes } from '../../../streams/index.js';
import { CHECKOUT } from '../../broker/checkout.js';

/**
 * The bytes that the classes of kafka-clients and kafka-streams 4.4.0 write. Printed by
 * `java -Dstdout.encoding=UTF-8 -cp '.cache/kafka-streams/*' test/dsl/serde/SerdeBytes.java`.
 */
const JAVA_BYTES = JSON.parse(readFileSync(path.join(CHECKOUT, 'test/dsl/serde/java-bytes.json'), 'utf8')) as Readonly<
  Record<string, string>
>;

interface Example {
  readonly serde: Serde<unknown>;
  readonly value: unknown;
}

const as = <T>(serde: Serde<T>, value: T): Example => ({ serde: serde as Serde<unknown>, value });

/** The example that Java's name describes: a type, and a value as text. */
function exampleOf(name: string): Example {
  const [type = ''] = name.split(' ', 1);
  const text = name.slice(type.length + 1);
  switch (type) {
    case 'integer':
      return as(Serdes.integer(), Number(text));
    case 'short':
      return as(Serdes.short(), Number(text));
    case 'long':
      return as(Serdes.long(), Number(text));
    case 'bigint':
      return as(Serdes.bigint(), BigInt(text));
    case 'timestamp':
      return as(Serdes.timestamp(), new Date(text));
    case 'float':
      return as(Serdes.float(), Math.fround(Number(text)));
    case 'double':
      return as(Serdes.double(), Number(/^f{16}$/.test(text) ? Number.NaN : text));
    case 'boolean':
      return as(Serdes.boolean(), text === 'true');
    case 'uuid':
      return as(Serdes.uuid(), text.toLowerCase());
    case 'string':
      return as(Serdes.string(), text);
    case 'bytes':
      return as(Serdes.bytes(), Buffer.from(text, 'hex'));
    case 'list':
      return listOf(text);
    case 'timeWindowed':
    case 'sessionWindowed':
      return windowedOf(type, text);
    default:
      throw new Error(`no serde of ${name}`);
  }
}

function listOf(text: string): Example {
  const [type = '', elements] = text.split(' ');
  const { serde } = exampleOf(`${type} 00000000-0000-0000-0000-000000000000`);
  const values = elements
    ?.split(',')
    .map(element => (element === 'null' ? null : exampleOf(`${type} ${element}`).value));
  return as(Serdes.list(serde), values ?? []);
}

function windowedOf(type: 'timeWindowed' | 'sessionWindowed', text: string): Example {
  const [key = '', start, end] = text.split(' ');
  const window = { start: Number(start), end: Number(end) };
  const serde =
    type === 'sessionWindowed'
      ? Serdes.sessionWindowed(Serdes.string())
      : Serdes.timeWindowed(Serdes.string(), window.end - window.start);
  return as(serde, { key, window });
}

describe("the bytes of Java's serdes", () => {
  for (const [name, hex] of Object.entries(JAVA_BYTES)) {
    it(`are written and read: ${name}`, () => {
      const { serde, value } = exampleOf(name);
      assert.equal(serde.serialize(value).toString('hex'), hex);
      assert.deepEqual(serde.deserialize(Buffer.from(hex, 'hex')), value);
    });
  }

  it("are written for a UUID in upper case, as by Java's UUID.toString", () => {
    const upper = 'ABCDEF01-2345-6789-ABCD-EF0123456789';
    assert.equal(Serdes.uuid().serialize(upper).toString(), upper.toLowerCase());
    assert.equal(Serdes.uuid().deserialize(Buffer.from(upper)), upper.toLowerCase());
  });

  it('are written for a NaN that was read with other bits', () => {
    const nan = Serdes.double().deserialize(Buffer.alloc(8, 0xff));
    assert.equal(Serdes.double().serialize(nan).toString('hex'), JAVA_BYTES['double ffffffffffffffff']);
  });
});
