import assert from 'node:assert/strict';
import fc from 'fast-check';
import { before, describe, it } from 'mocha';
import { pageModule } from './page-module.js';

interface TextModule {
  kindText(store: Readonly<Record<string, unknown>>): string;
  placesText(partitions: readonly { readonly partition: number; readonly host: string | null }[]): string;
  valueText(value: unknown): string;
  pageText(page: {
    readonly first: number;
    readonly count: number;
    readonly more: boolean;
    readonly key: string | null;
  }): string;
}

interface ShapeModule {
  readStores(data: unknown): readonly unknown[];
  readRows(data: unknown): { readonly entries: readonly unknown[]; readonly next: string | null };
}

interface FormatModule {
  duration(ms: number): string;
}

describe('texts of the stores on the live page', () => {
  let texts: TextModule;
  let shapes: ShapeModule;
  let format: FormatModule;
  before(async () => {
    texts = await pageModule('store-text.js');
    shapes = await pageModule('read-store.js');
    format = await pageModule('format.js');
  });

  it('name each kind of store', () => {
    assert.equal(texts.kindText({ kind: 'keyValue' }), 'key-value store');
    assert.equal(
      texts.kindText({ kind: 'keyValue', historyRetentionMs: 3_600_000 }),
      'versioned store, history of 1\u202fh',
    );
    assert.equal(texts.kindText({ kind: 'window', windowSizeMs: 60_000 }), 'window store, windows of 1\u202fmin');
    assert.equal(texts.kindText({ kind: 'window', windowSizeMs: null }), 'window store, windows without end');
    assert.equal(texts.kindText({ kind: 'session' }), 'session store');
    assert.equal(texts.kindText({ kind: 'ofLater' }), 'ofLater');
  });

  it('have durations in the largest unit that is exact', () => {
    const durations = [1500, 1000, 90_000, 3_600_000, 86_400_000, 604_800_000].map(format.duration);
    assert.deepEqual(durations, ['1\u202f500\u202fms', '1\u202fs', '90\u202fs', '1\u202fh', '1\u202fd', '7\u202fd']);
  });

  it('say which process has which partitions', () => {
    const hosts = ['a:1', 'a:1', 'b:1', 'a:1', null, 'a:1', 'a:1'];
    assert.equal(
      texts.placesText(hosts.map((host, partition) => ({ partition, host }))),
      'a:1 has 0 to 1, 3, 5 to 6; b:1 has 2; nobody is known to have 4',
    );
    assert.equal(texts.placesText([]), '');
  });

  it('show a key or a value as what it is: text as text, all else as JSON', () => {
    const values = ['a "b"', 12, { id: 7, of: ['x'] }, [1, 'b'], true, null, ''];
    assert.deepEqual(values.map(texts.valueText), [
      'a "b"',
      '12',
      '{"id":7,"of":["x"]}',
      '[1,"b"]',
      'true',
      'null',
      'empty text',
    ]);
  });

  it('cut what is long, and say how long it is', () => {
    const text = texts.valueText('x'.repeat(1_000_000));
    assert.equal(text, `${'x'.repeat(1000)}… (1\u202f000\u202f000 characters)`);
    fc.assert(
      fc.property(fc.string({ maxLength: 1000, minLength: 1 }), short => {
        assert.equal(texts.valueText(short), short);
      }),
    );
  });

  it('say which rows are shown, and whether there are more', () => {
    const page = { first: 1, count: 20, more: true, key: null };
    assert.equal(texts.pageText(page), 'Rows 1 to 20. There are more.');
    assert.equal(texts.pageText({ ...page, first: 21, count: 1, more: false }), 'Row 21. There are no more.');
    assert.equal(texts.pageText({ ...page, count: 0, more: false }), 'The store has no rows.');
    assert.equal(texts.pageText({ ...page, first: 21, count: 0, more: false }), 'There are no more rows.');
    assert.equal(
      texts.pageText({ ...page, count: 0 }),
      'This part of the store has no such rows. The next part may have some.',
    );
    assert.equal(texts.pageText({ ...page, count: 0, more: false, key: 'x' }), 'The store has nothing of this key.');
  });

  it('are made only of answers that have the shape that is needed', () => {
    const store = { name: 'counts', kind: 'keyValue', partitions: [{ partition: 0, host: null, local: false }] };
    assert.deepEqual(shapes.readStores({ stores: [store], later: 1 }), [store]);
    const noLists = [
      null,
      [],
      { stores: {} },
      { stores: [null] },
      { stores: [{ ...store, name: 7 }] },
      { stores: [{ ...store, partitions: 4 }] },
      { stores: [{ ...store, partitions: [{ partition: 'x', host: null }] }] },
    ];
    for (const data of noLists) assert.throws(() => shapes.readStores(data), TypeError, JSON.stringify(data));
    const entry = { key: { id: 7 }, value: null, timestamp: null };
    assert.deepEqual(shapes.readRows({ entries: [entry], next: 'MC4' }), { entries: [entry], next: 'MC4' });
    assert.deepEqual(shapes.readRows(entry), { entries: [entry], next: null });
    const noPages = [
      null,
      'x',
      {},
      { entries: [], next: 7 },
      { entries: [{}], next: null },
      { entries: [{ ...entry, timestamp: 5 }], next: null },
      { entries: [{ ...entry, headers: 'x' }], next: null },
    ];
    for (const data of noPages) assert.throws(() => shapes.readRows(data), TypeError, JSON.stringify(data));
  });
});
