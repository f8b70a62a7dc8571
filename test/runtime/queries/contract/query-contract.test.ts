import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { describe, it } from 'mocha';
import { shown } from '../../../../streams/http/shown-entry.js';
import { type KafkaStreams, type StoreEntry, StreamsBuilder, type Topology } from '../../../../streams/index.js';
import { KafkaClientError } from '../../../../streams/kafka/ports.js';
import { NO_HEADERS } from '../../../../streams/kafka/record.js';
import { MemoryStateDirectory } from '../../../../streams/testing/memory-state-directory.js';
import { routesOf } from '../../../http/served.js';
import { applicationForEachTest } from '../../application-for-each-test.js';
import type { TestApplication } from '../../test-application.js';
import { listed, STORE, type Stores, type Subject, TOPIC } from './subject.js';
import { SUBJECTS } from './subjects.js';

const STEP_MS = 50;

for (const [name, subjectOf] of Object.entries(SUBJECTS)) {
  describe(`queries of a store of the kind ${name}`, function () {
    this.timeout(20_000);
    const subject = subjectOf();
    let app: TestApplication;

    applicationForEachTest(created => {
      app = created;
      app.cluster.createTopic(TOPIC, 1);
    });

    const send = (): void => {
      const log = app.cluster.log(TOPIC, 0);
      for (const { key, value, timestamp, headers = NO_HEADERS } of subject.puts) {
        const bytes = value === null ? null : Buffer.from(JSON.stringify(value));
        log.append({ key: Buffer.from(key), value: bytes, timestamp, headers }, undefined);
      }
    };
    const start = async (directory = new MemoryStateDirectory(), commitInterval = 5): Promise<KafkaStreams> => {
      const streams = app.create({ commitInterval }, { takeDirectory: async () => directory }, topologyOf(subject));
      streams.start();
      await app.until(() => streams.state === 'RUNNING' && streams.tasks.length === 1);
      return streams;
    };
    const committed = (): Promise<void> => app.untilCommitted(subject.puts.length, TOPIC);

    it('answer with what is committed', async () => {
      const streams = await start();
      send();
      await committed();
      await checkAll(streams, subject);
      await checkHttp(streams, subject);
    });

    it('give each entry once in pages of any size, forwards and backwards', async () => {
      const streams = await start();
      send();
      await committed();
      for (let limit = 1; limit <= subject.entries.length + 1; limit++) {
        for (const reverse of [false, true]) {
          const found = await inPages(streams, subject, limit, reverse);
          assert.deepEqual(reverse ? found.reverse() : found, subject.entries, `${limit}, ${reverse}`);
        }
      }
    });

    it('show nothing of a transaction that is open', async () => {
      const streams = await start(undefined, 300_000);
      send();
      const received = (): number => {
        const nodes = streams.tasks.flatMap(task => Object.values(task.nodes));
        return Math.max(...nodes.map(node => node.received));
      };
      await app.until(() => received() >= subject.puts.length);
      assert.deepEqual(await listed(allOf(streams, subject)), []);
    });

    it('show nothing of a transaction that was aborted, and all of it when it has committed', async () => {
      const streams = await start();
      app.cluster.failNextCommit(new KafkaClientError('commit: refused', 'abort', -1));
      const shows = async (): Promise<boolean> => (await listed(allOf(streams, subject))).length > 0;
      send();
      await app.until(async () => {
        if (app.cluster.aborts === 0) assert.ok(!(await shows()));
        return app.cluster.aborts > 0;
      });
      await committed();
      await checkAll(streams, subject);
    });

    for (const [what, kept] of [
      ['on its disk', true],
      ['on another disk', false],
    ] as const) {
      it(`answer in the same way after a restart ${what}`, async () => {
        const directory = new MemoryStateDirectory();
        const before = await start(directory);
        send();
        await committed();
        await before.close();
        const streams = await start(kept ? directory : new MemoryStateDirectory());
        await checkAll(streams, subject);
      });
    }

    it('answer in the same way from a standby', async () => {
      const [one, other] = ['one', 'other'].map(id => {
        const directory = new MemoryStateDirectory(id);
        const streams = app.create(
          { standbyReplicas: 1 },
          { takeDirectory: async () => directory },
          topologyOf(subject),
        );
        streams.start();
        return streams;
      });
      assert.ok(one !== undefined && other !== undefined);
      await app.until(() => one.tasks.length + other.tasks.length === 1);
      send();
      await committed();
      const standby = one.tasks.length === 0 ? one : other;
      await app.until(async () => {
        app.clock.aheadMs += STEP_MS;
        if (standby.status.standbys.length === 0) return false;
        const found = await listed(allOf(standby, subject, true));
        return isDeepStrictEqual(found, subject.entries);
      });
      assert.deepEqual(standby.tasks, []);
      await checkAll(standby, subject, true);
    });
  });
}

function topologyOf(subject: Subject): Topology {
  const builder = new StreamsBuilder();
  subject.declare(builder);
  return builder.build();
}

function storesOf(streams: KafkaStreams, stale: boolean): Stores {
  return {
    keyValue: () => streams.store(STORE, 'keyValue', { stale }),
    versionedKeyValue: () => streams.store(STORE, 'versionedKeyValue', { stale }),
    window: () => streams.store(STORE, 'window', { stale }),
    session: () => streams.store(STORE, 'session', { stale }),
  };
}

function allOf(streams: KafkaStreams, { kind }: Subject, stale = false): AsyncIterable<StoreEntry> {
  const stores = storesOf(streams, stale);
  if (kind === 'keyValue') return stores.keyValue().all();
  return kind === 'window' ? stores.window().all() : stores.session().fetch(null, null);
}

async function checkAll(streams: KafkaStreams, subject: Subject, stale = false): Promise<void> {
  assert.deepEqual(await listed(allOf(streams, subject, stale)), subject.entries);
  const answers: [string, unknown][] = [];
  const expected: [string, unknown][] = [];
  for (const query of subject.queries) {
    // Pages are read where the task runs.
    if (stale && query.ask.length > 1) continue;
    answers.push([query.title, await query.ask(storesOf(streams, stale), streams.queries)]);
    expected.push([query.title, query.expected]);
  }
  assert.deepEqual(answers, expected);
}

async function inPages(
  { queries }: KafkaStreams,
  { kind }: Subject,
  limit: number,
  reverse: boolean,
): Promise<StoreEntry[]> {
  const found: StoreEntry[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const options = { limit, reverse, ...(after === undefined ? {} : { after }) };
    const page =
      kind === 'keyValue'
        ? await queries.range(STORE, 0, {}, options)
        : kind === 'window'
          ? await queries.windows(STORE, 0, {}, options)
          : await queries.sessions(STORE, 0, {}, options);
    assert.ok(page.entries.length <= limit);
    found.push(...page.entries);
    after = page.next;
  }
  return found;
}

async function checkHttp(streams: KafkaStreams, subject: Subject): Promise<void> {
  const app = routesOf({ streams, topology: '' });
  const json = async (path: string): Promise<unknown> => (await app.request(path)).json();
  const entries = subject.entries.map(shown);
  assert.deepEqual(await json(`/stores/${STORE}`), { entries, next: null });
  assert.deepEqual(await json(`/stores/${STORE}?reverse=true`), { entries: [...entries].reverse(), next: null });
  const [first] = subject.entries;
  const ofKey = entries.filter(({ key }) => key === first?.key);
  const expected = subject.kind === 'keyValue' ? ofKey[0] : { entries: ofKey, next: null };
  assert.deepEqual(await json(`/stores/${STORE}/${first?.key}`), expected);
}
