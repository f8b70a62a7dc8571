import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { pageModule } from './page-module.js';

interface Asked {
  readonly key: string | null;
  readonly after: string | null;
  readonly lastFirst: boolean;
}

interface ReaderModule {
  rowsPath(store: { readonly name: string; readonly kind: string }, asked: Asked): string;
  rowsOf(
    store: { readonly name: string; readonly kind: string },
    asked: Asked,
    signal: AbortSignal,
    fetch: typeof globalThis.fetch,
  ): Promise<{ readonly entries: readonly unknown[]; readonly next: string | null; readonly path: string }>;
  storesOf(signal: AbortSignal, fetch: typeof globalThis.fetch): Promise<readonly unknown[]>;
}

const COUNTS = { name: 'counts', kind: 'keyValue' };
const WINDOWS = { name: 'my windows', kind: 'window' };
const ALL: Asked = { key: null, after: null, lastFirst: false };
const OPEN = new AbortController().signal;
const ENTRY = { key: 'a', value: 1, timestamp: null };

describe('what the live page asks of a store', () => {
  let reader: ReaderModule;
  before(async () => {
    reader = await pageModule('store-reader.js');
  });

  it('is a page of its rows', () => {
    assert.equal(reader.rowsPath(COUNTS, ALL), 'stores/counts?limit=20');
    assert.equal(
      reader.rowsPath(WINDOWS, { ...ALL, after: 'MC4=', lastFirst: true }),
      'stores/my%20windows?limit=20&reverse=true&after=MC4%3D',
    );
  });

  it('is a key: its entry, or its windows', () => {
    assert.equal(reader.rowsPath(COUNTS, { ...ALL, key: 'a/b?c', lastFirst: true }), 'stores/counts/a%2Fb%3Fc');
    assert.equal(
      reader.rowsPath(WINDOWS, { key: '{"id":7}', after: 'MC4', lastFirst: true }),
      'stores/my%20windows/%7B%22id%22%3A7%7D?limit=20&reverse=true&after=MC4',
    );
    assert.equal(reader.rowsPath(COUNTS, { ...ALL, key: '\ud800' }), 'stores/counts/%EF%BF%BD');
  });

  it('is a range of one key, where a path would end elsewhere', () => {
    for (const key of ['.', '..']) {
      assert.equal(reader.rowsPath(COUNTS, { ...ALL, key }), `stores/counts?limit=20&from=${key}&to=${key}`);
      assert.equal(
        reader.rowsPath(WINDOWS, { ...ALL, key }),
        `stores/my%20windows?limit=20&keyFrom=${key}&keyTo=${key}`,
      );
    }
  });

  it('is the range too, where the partition of a key is not known', async () => {
    const { fetch, asked } = answers(
      [400, { error: 'a partitioner has chosen' }],
      [200, { entries: [ENTRY], next: null }],
    );
    const path = 'stores/counts?limit=20&from=a&to=a';
    assert.deepEqual(await reader.rowsOf(COUNTS, { ...ALL, key: 'a' }, OPEN, fetch), {
      entries: [ENTRY],
      next: null,
      path,
    });
    assert.deepEqual(asked, ['stores/counts/a', path]);
  });

  it("is not refused as a bad key if a partition of the range can't be read now", async () => {
    const { fetch } = answers([400, { error: 'a partitioner has chosen' }], [503, { error: 'partition 1 moves' }]);
    const message = 'Not now: partition 1 moves. Try again in a moment.';
    await assert.rejects(reader.rowsOf(COUNTS, { ...ALL, key: 'a' }, OPEN, fetch), { message });
  });

  it('is answered with one entry or a page', async () => {
    const { fetch } = answers([200, ENTRY], [200, { entries: [ENTRY], next: 'x' }]);
    const [one, page] = [
      await reader.rowsOf(COUNTS, { ...ALL, key: 'a' }, OPEN, fetch),
      await reader.rowsOf(COUNTS, ALL, OPEN, fetch),
    ];
    assert.deepEqual([one.entries, one.next, page.entries, page.next], [[ENTRY], null, [ENTRY], 'x']);
  });

  const failures: [string, [number, unknown], string][] = [
    [
      'a store that is gone',
      [404, { error: 'there is no store counts to query' }],
      'Not found: there is no store counts to query.',
    ],
    [
      'a partition that moves',
      [503, { error: 'partition 1 of store counts is being restored' }],
      'Not now: partition 1 of store counts is being restored. Try again in a moment.',
    ],
    [
      'no answer of a process',
      [504, { error: 'a:1: no answer within 10000 ms' }],
      'No answer: a:1: no answer within 10000 ms.',
    ],
    [
      'an answer that is too large',
      [502, { error: 'a:1: its answer is larger than 5 bytes' }],
      'No answer: a:1: its answer is larger than 5 bytes.',
    ],
    ['a cursor that is none', [400, { error: 'after is wrong' }], 'This was refused: after is wrong.'],
    ['another status', [403, { error: 'not here' }], 'The monitor answered with status 403: not here.'],
    ['an error that is not of the monitor', [502, undefined], 'The monitor answered with status 502.'],
    [
      'an answer of another shape',
      [200, { entries: 'x' }],
      'The answer is none that this page understands. Reload the page.',
    ],
    ['an answer that is no JSON', [200, undefined], 'The answer is none that this page understands. Reload the page.'],
  ];
  for (const [what, answer, message] of failures) {
    it(`fails in plain words for ${what}`, async () => {
      const { fetch } = answers(answer);
      await assert.rejects(reader.rowsOf(COUNTS, ALL, OPEN, fetch), { name: 'StoreReadError', message });
    });
  }

  it('fails in plain words for a key that is none of the store', async () => {
    const { fetch } = answers(
      [400, { error: 'key is none of this store: not a number' }],
      [400, { error: 'from is none of this store: not a number' }],
    );
    await assert.rejects(reader.rowsOf(COUNTS, { ...ALL, key: 'x' }, OPEN, fetch), {
      name: 'StoreReadError',
      message:
        'This was refused: key is none of this store: not a number. Where keys are JSON, write the key as JSON: a text in quotes.',
    });
  });

  it('fails in plain words if the monitor does not answer', async () => {
    const away = async (): Promise<never> => {
      throw new TypeError('Failed to fetch');
    };
    await assert.rejects(reader.storesOf(OPEN, away), {
      name: 'StoreReadError',
      message: 'The monitor does not answer.',
    });
  });
});

function answers(...given: readonly [number, unknown][]) {
  const asked: string[] = [];
  const left = [...given];
  const fetch = async (url: string | URL | Request): Promise<Response> => {
    asked.push(String(url));
    const [status, body] = left.shift() ?? [500, {}];
    return new Response(JSON.stringify(body) ?? '<html>', { status });
  };
  return { fetch, asked };
}
