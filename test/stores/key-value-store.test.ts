import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Codec } from '../../stores/encoding/codec.js';
import { headersCodec } from '../../stores/encoding/timestamped-with-headers.js';
import { KeyValueKind } from '../../stores/kinds/key-value.js';
import type { KeyValueStore } from '../../stores/kinds/key-value-rows.js';
import { PlainKeyValueKind } from '../../stores/kinds/plain-key-value.js';
import { textCodec } from './codecs.js';
import { listed, MemoryBytes } from './memory-bytes.js';

const bytesCodec: Codec<Buffer> = { serialize: bytes => bytes, deserialize: bytes => bytes };
const keyBytes = fc.array(fc.constantFrom(0, 1, 0x61, 0xfe, 0xff), { maxLength: 3 }).map(bytes => Buffer.from(bytes));

const action = fc.oneof(
  fc.record({ kind: fc.constantFrom('put', 'putIfAbsent'), key: keyBytes, value: fc.option(fc.string()) }),
  fc.record({ kind: fc.constant('delete'), key: keyBytes, value: fc.constant(null) }),
  fc.record({ kind: fc.constantFrom('commit', 'persist'), key: keyBytes, value: fc.constant(null) }),
);

describe('a key-value store of a processor', () => {
  let bytes: MemoryBytes;

  beforeEach(async () => {
    bytes = await MemoryBytes.create();
  });

  afterEach(() => bytes.close());

  it('is what a map is, and its ranges are in the order of the bytes of the keys', async () => {
    const bound = fc.option(keyBytes);
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { maxLength: 40 }),
        bound,
        bound,
        keyBytes,
        async (actions, from, to, prefix) => {
          await bytes.close();
          bytes = await MemoryBytes.create();
          const store = new PlainKeyValueKind().open(bytes.store, bytesCodec, textCodec);
          const model = new Map<string, string>();
          for (const { kind, key, value } of actions) {
            const hex = key.toString('hex');
            const before = model.get(hex) ?? null;
            assert.equal(store.get(key), before);
            if (kind === 'put') store.put(key, value);
            if (kind === 'putIfAbsent') assert.equal(store.putIfAbsent(key, value), before);
            if (kind === 'delete') assert.equal(store.delete(key), before);
            if (kind === 'commit') bytes.commit();
            if (kind === 'persist') await bytes.persist();
            if (kind === 'commit' || kind === 'persist' || (kind === 'putIfAbsent' && before !== null)) continue;
            if (value === null) model.delete(hex);
            else model.set(hex, value);
          }
          const all = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
          const inRange = all.filter(
            ([key]) => (from === null || key >= from.toString('hex')) && (to === null || key <= to.toString('hex')),
          );
          assert.deepEqual(await hexOf(store.all()), all);
          assert.deepEqual(await hexOf(store.range(from, to)), inRange);
          assert.deepEqual(await hexOf(store.range(from, to, { reverse: true })), [...inRange].reverse());
          assert.deepEqual(
            await hexOf(store.prefixScan(prefix, bytesCodec)),
            all.filter(([key]) => key.startsWith(prefix.toString('hex'))),
          );
          assert.deepEqual(await hexOf(store.all({ reverse: true })), [...all].reverse());
        },
      ),
      { numRuns: 200 },
    );
  });

  it('answers as Java does', async () => {
    const store = new PlainKeyValueKind().open(bytes.store, textCodec, textCodec);
    for (const [key, value] of Object.entries({ b: '2', a: '1', ab: '12', c: '3' })) store.put(key, value);
    assert.deepEqual([store.get('a'), store.get('zz')], ['1', null]);
    assert.deepEqual([store.putIfAbsent('a', '9'), store.putIfAbsent('d', '4')], ['1', null]);
    assert.deepEqual([store.delete('c'), store.delete('c')], ['3', null]);
    const text = async (entries: ReturnType<typeof store.all>) =>
      (await listed(entries)).map(([key, value]) => `${key}=${value}`).join(',');
    assert.equal(await text(store.range('a', 'b')), 'a=1,ab=12,b=2');
    assert.equal(await text(store.range('aa', null)), 'ab=12,b=2,d=4');
    assert.equal(await text(store.range(null, 'ab')), 'a=1,ab=12');
    assert.equal(await text(store.range('a', 'c', { reverse: true })), 'b=2,ab=12,a=1');
    assert.equal(await text(store.all({ reverse: true })), 'd=4,b=2,ab=12,a=1');
    assert.equal(await text(store.prefixScan('a', textCodec)), 'a=1,ab=12');
    store.put('B', '0');
    assert.equal(await text(store.all()), 'B=0,a=1,ab=12,b=2,d=4');
  });

  it('may be written to while a range of it is read', async () => {
    const store = new PlainKeyValueKind().open(bytes.store, textCodec, textCodec);
    for (const key of ['a', 'b', 'c']) store.put(key, key);
    const seen: string[] = [];
    for await (const [key] of store.all()) {
      seen.push(key);
      store.delete(key);
      store.put(`${key}2`, 'later');
    }
    assert.deepEqual(seen, ['a', 'b', 'c']);
    assert.deepEqual(
      (await listed(store.all())).map(([key]) => key),
      ['a2', 'b2', 'c2'],
    );
  });

  it('has the rows of a table, with their timestamps, and a table has its rows', async () => {
    const kind = new KeyValueKind();
    const table = kind.open(bytes.store, textCodec, textCodec);
    const store = kind.openRows(bytes.store, textCodec, textCodec);
    table.put('a', 'x', 5);
    assert.deepEqual(store.get('a'), { value: 'x', timestamp: 5 });
    store.put('b', { value: 'y', timestamp: 6 });
    assert.deepEqual(table.get('b'), { value: 'y', timestamp: 6 });
    assert.deepEqual(await listed(store.all()), [
      ['a', { value: 'x', timestamp: 5 }],
      ['b', { value: 'y', timestamp: 6 }],
    ]);
  });
});

describe('rows with headers', () => {
  const codec = headersCodec(textCodec);

  it('have the bytes that Java gives them', () => {
    const timestamp = '0000000000000005';
    const bytesOf = (headers: readonly { key: string; value: Buffer | null }[]) =>
      codec.serialize({ value: 'v', timestamp: 5, headers }).toString('hex');
    // The length 0, no number of headers.
    assert.equal(bytesOf([]), `00${timestamp}76`);
    // 5 bytes: 1 header, its key of 1 byte, its value of 1 byte.
    assert.equal(bytesOf([{ key: 'h', value: Buffer.from('1') }]), `0a0202680231${timestamp}76`);
    // A value of null has the length -1.
    assert.equal(bytesOf([{ key: 'h', value: null }]), `0802026801${timestamp}76`);
  });

  it('are read as they were written', () => {
    const header = fc
      .tuple(
        fc.string({ unit: 'grapheme' }),
        fc.option(fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes))),
      )
      .map(([key, value]) => ({ key, value }));
    fc.assert(
      fc.property(fc.string(), fc.maxSafeNat(), fc.array(header), (value, timestamp, headers) => {
        const row = { value, timestamp, headers };
        assert.deepEqual(codec.deserialize(codec.serialize(row)), row);
      }),
    );
  });
});

async function hexOf(entries: ReturnType<KeyValueStore<Buffer, string>['all']>): Promise<[string, string][]> {
  return (await listed(entries)).map(([key, value]) => [key.toString('hex'), value]);
}
