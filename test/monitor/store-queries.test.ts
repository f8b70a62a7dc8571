import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Answer, PolledProcess } from '../../monitor/process-poller.js';
import { type StoreAnswer, StoreQueries } from '../../monitor/store-queries.js';

const PAGE = '{"entries":[],"next":null}';
const OPEN = new AbortController().signal;

describe('a query of stores that the monitor passes on', () => {
  it('is answered by a process that runs, with the path and the query unchanged', async () => {
    const { queries, asked } = setUp({ 'a:1': 'REBALANCING', 'b:1': 'ERROR', 'c:1': 'RUNNING', 'd:1': 'down' });
    const answer = await queries.ask('/stores/counts/a%2Fb?from=x%20y&limit=20', OPEN);
    assert.deepEqual(answer, { status: 200, body: PAGE, headers: {} });
    assert.deepEqual(asked, ['http://c:1/stores/counts/a%2Fb?from=x%20y&limit=20']);
  });

  it("is answered by another process if one can't be reached", async () => {
    const { queries, asked } = setUp({ 'a:1': 'RUNNING', 'b:1': 'RUNNING', 'c:1': 'REBALANCING' }, async host => {
      if (host !== 'c:1') throw refused();
      return json(200, PAGE);
    });
    assert.equal((await queries.ask('/stores', OPEN)).status, 200);
    assert.deepEqual(asked, ['http://a:1/stores', 'http://b:1/stores', 'http://c:1/stores']);
  });

  it('is refused with the reason if no process answers', async () => {
    const known = { 'a:1': 'RUNNING', 'b:1': 'RUNNING', 'c:1': 'RUNNING', 'd:1': 'RUNNING' };
    const { queries, asked } = setUp(known, async () => {
      throw refused();
    });
    const answer = await queries.ask('/stores', OPEN);
    assert.deepEqual(
      [answer.status, answer.headers, errorOf(answer)],
      [503, { 'retry-after': '5' }, 'no process of the application answers: c:1: the connection was refused'],
    );
    assert.equal(asked.length, 3);
  });

  it('is refused if no process runs, or none is known', async () => {
    const known: Record<string, string>[] = [{}, { 'a:1': 'down', 'b:1': 'ERROR', 'c:1': 'CREATED' }];
    for (const processes of known) {
      const { queries, asked } = setUp(processes);
      const answer = await queries.ask('/stores', OPEN);
      assert.deepEqual([answer.status, errorOf(answer)], [503, 'no process of the application is running']);
      assert.deepEqual(asked, []);
    }
  });

  for (const [status, error] of [
    [400, 'limit must be a whole number from 1 to 1000'],
    [404, 'there is no store x to query'],
    [414, 'the URL is too long'],
    [502, 'c:1: its answer is larger than 5 bytes'],
    [503, 'partition 1 of store x is being restored'],
    [504, 'c:1 did not answer within 5000 ms'],
  ] as const) {
    it(`has the error of the process, ${status}, as its answer`, async () => {
      const headers: Record<string, string> = status === 503 ? { 'retry-after': '1' } : {};
      const { queries, asked } = setUp({ 'a:1': 'RUNNING', 'b:1': 'RUNNING' }, async () =>
        json(status, JSON.stringify({ error }), headers),
      );
      assert.deepEqual(await queries.ask('/stores/x', OPEN), { status, body: JSON.stringify({ error }), headers });
      assert.equal(asked.length, 1);
    });
  }

  it('names the process whose error has nothing to do with the query', async () => {
    const { queries } = setUp({ 'a:1': 'RUNNING' }, async () => json(403, '{"error":"host a:1 is not allowed"}'));
    const answer = await queries.ask('/stores', OPEN);
    assert.deepEqual([answer.status, errorOf(answer)], [502, 'a:1 answers with status 403']);
  });

  it('passes on nothing but JSON', async () => {
    const page = async (): Promise<Response> => new Response('<script>', { headers: { 'content-type': 'text/html' } });
    const { queries } = setUp({ 'a:1': 'RUNNING' }, page);
    const answer = await queries.ask('/stores', OPEN);
    assert.deepEqual([answer.status, errorOf(answer)], [502, 'a:1 does not answer with JSON']);
  });

  it('does not read an answer that is too large to the end', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1_000_000;
        controller.enqueue(new Uint8Array(1_000_000));
      },
    });
    const { queries, asked } = setUp({ 'a:1': 'RUNNING', 'b:1': 'RUNNING' }, async () => json(200, endless));
    const answer = await queries.ask('/stores/x?limit=1000', OPEN);
    assert.deepEqual([answer.status, errorOf(answer)], [502, 'a:1: its answer is larger than 8388608 bytes']);
    assert.ok(sent < 12_000_000, `${sent} bytes were read`);
    assert.equal(asked.length, 1);
  });

  it('ends when the process needs too long', async () => {
    const { queries, asked } = setUp({ 'a:1': 'RUNNING', 'b:1': 'RUNNING' }, silent, 20);
    const answer = await queries.ask('/stores', OPEN);
    assert.deepEqual([answer.status, errorOf(answer)], [504, 'a:1: no answer within 20 ms']);
    assert.equal(asked.length, 1);
  });

  it('ends when the client has gone, and asks no other process', async () => {
    const { queries, asked } = setUp({ 'a:1': 'RUNNING', 'b:1': 'RUNNING' }, silent);
    const client = new AbortController();
    const answer = queries.ask('/stores', client.signal);
    client.abort();
    assert.equal((await answer).status, 503);
    assert.equal(asked.length, 1);
  });

  it('waits for no turn: while many are in progress, others are refused', async () => {
    const { queries } = setUp({ 'a:1': 'RUNNING' }, silent);
    const clients = new AbortController();
    const inProgress = Array.from({ length: 16 }, () => queries.ask('/stores', clients.signal));
    const refusal = await queries.ask('/stores', OPEN);
    assert.deepEqual([refusal.status, errorOf(refusal)], [503, 'too many queries are in progress']);
    clients.abort();
    await Promise.all(inProgress);
    const after = new AbortController();
    const last = queries.ask('/stores', after.signal);
    after.abort();
    assert.match(errorOf(await last), /^no process/);
  });
});

/** `processes`: the state by host, or `down`. */
function setUp(
  processes: Readonly<Record<string, string>>,
  answer: (host: string, signal: AbortSignal) => Promise<Response> = async () => json(200, PAGE),
  timeoutMs?: number,
) {
  const asked: string[] = [];
  const polled = Object.entries(processes).map(([host, state]) => polledProcess(host, state));
  const queries = new StoreQueries({
    processes: () => polled,
    fetch: async (url, { signal }) => {
      asked.push(url);
      return await answer(new URL(url).host, signal);
    },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  return { queries, asked };
}

function polledProcess(host: string, state: string): PolledProcess {
  const status = { applicationId: 'users', instance: null, state, error: null, tasks: [], unreadable: [] };
  const answer: Answer = state === 'down' ? { up: false, reason: 'gone' } : { up: true, status };
  return { host, instance: null, owns: true, answer };
}

function json(
  status: number,
  body: string | ReadableStream<Uint8Array>,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, { status, headers: { 'content-type': 'application/json', ...headers } });
}

async function silent(_host: string, signal: AbortSignal): Promise<never> {
  return await new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    if (signal.aborted) reject(signal.reason);
  });
}

function refused(): Error {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  return new TypeError('fetch failed', { cause });
}

function errorOf({ body }: StoreAnswer): string {
  return (JSON.parse(body) as { error: string }).error;
}
