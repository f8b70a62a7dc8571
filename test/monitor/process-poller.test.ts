import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ProcessPoller } from '../../monitor/process-poller.js';
import { processView } from '../../monitor/process-view.js';
import { AuditTable } from '../../streams/audit/audit-table.js';
import type { ConsumerRecord } from '../../streams/kafka/record.js';
import { ManualClock } from '../../streams/testing/manual-clock.js';
import { checkpointOf, instanceRecord, taskRecord } from './audit-fixture.js';
import { RecordingLogger } from './recording-logger.js';

const OFFSETS = { begin: 0, next: 10 };
const MINUTE = 60_000;

describe('the processes of the application', () => {
  it('are those that announced themselves, and those that committed for a task that nobody announces', async () => {
    const { poller, table, hosts } = setUp();
    apply(table, instanceRecord('A', { host: 'a:1', tasks: ['0_0'] }));
    apply(table, taskRecord(checkpointOf({ task: '0_0', offsets: OFFSETS, host: 'old:1' })));
    apply(table, taskRecord(checkpointOf({ task: '0_1', offsets: OFFSETS, host: 'b:1', instance: 'B' })));
    apply(table, taskRecord(checkpointOf({ task: '0_2', offsets: OFFSETS, host: null })));
    await poller.round(table);
    assert.deepEqual(hosts(), ['a:1', 'b:1']);
  });

  it('are shown with their tasks, and how far these are restored', async () => {
    const { poller, table, answers } = setUp();
    apply(table, instanceRecord('A', { host: 'a:1', tasks: ['0_0', '0_1'] }));
    const known = checkpointOf({ task: '0_1', offsets: OFFSETS, late: 3, streamTime: 77 });
    apply(table, taskRecord(known));
    const running = { ...task('0_0'), streamTime: 5, counts: { in: { user: 8, other: 99 }, late: 1 } };
    const restoring = {
      ...task('0_1'),
      state: 'RESTORING',
      streamTime: -1,
      restoring: [
        { store: 's', restored: 30, remaining: 50 },
        { store: 't', restored: 10, remaining: 10 },
      ],
    };
    const unreadable = [{ topic: 'user', partition: 1, offset: 40, codec: 'zstd', reason: "user-1 can't be read on" }];
    answers.set('a:1', status({ state: 'REBALANCING', tasks: [running, restoring], unreadable }));
    await poller.round(table);
    assert.deepEqual(
      poller.processes.map(process => processView(process, table.tasks)),
      [
        {
          host: 'a:1',
          instance: 'A',
          up: true,
          reason: null,
          state: 'REBALANCING',
          tasks: [
            { id: '0_0', state: 'RUNNING', streamTime: 5, processed: 8, late: 1, restored: 1 },
            { id: '0_1', state: 'RESTORING', streamTime: 77, processed: 10, late: 3, restored: 0.4 },
          ],
          unreadable: ["user-1 can't be read on"],
        },
      ],
    );
  });

  it('are shown as not up with the reason while they do not answer', async () => {
    const { poller, table, answers } = setUp();
    const broken: [string, string | number | Error, RegExp][] = [
      ['a:1', Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } }), /fetch failed/],
      ['b:1', refused(), /^the connection was refused$/],
      ['c:1', 503, /^it answers with status 503$/],
      ['d:1', '<html>', /no status/],
      ['e:1', status({ applicationId: 'others' }), /^it belongs to application others$/],
      ['f:1', 'x'.repeat(5_000_000), /larger than/],
    ];
    for (const [host, answer] of broken) {
      apply(table, instanceRecord(host, { host, tasks: [] }));
      answers.set(host, answer);
    }
    await poller.round(table);
    const views = poller.processes.map(process => processView(process, table.tasks));
    for (const [index, [host, , reason]] of broken.entries()) {
      const view = views[index];
      assert.deepEqual([view?.host, view?.up, view?.state, view?.tasks], [host, false, null, []]);
      assert.match(view?.reason ?? '', reason);
    }
  });

  it('are forgotten some minutes after they died for good, if others have their tasks', async () => {
    const { poller, table, answers, clock, hosts } = setUp();
    apply(table, instanceRecord('dead', { host: 'dead:1', tasks: ['0_0'] }));
    apply(table, instanceRecord('owner', { host: 'owner:1', tasks: ['0_1'] }));
    apply(table, instanceRecord('heir', { host: 'heir:1', tasks: ['0_0'] }));
    apply(table, taskRecord(checkpointOf({ task: '0_0', offsets: OFFSETS, host: 'heir:1' })));
    apply(table, taskRecord(checkpointOf({ task: '0_1', offsets: OFFSETS, host: 'owner:1' })));
    answers.set('dead:1', refused());
    answers.set('owner:1', refused());
    await poller.round(table);
    clock.advance(4 * MINUTE);
    await poller.round(table);
    assert.deepEqual(hosts(), ['dead:1', 'heir:1', 'owner:1']);
    clock.advance(2 * MINUTE);
    await poller.round(table);
    assert.deepEqual(hosts(), ['heir:1', 'owner:1']);
    answers.set('dead:1', status({}));
    await poller.round(table);
    assert.deepEqual(hosts(), ['dead:1', 'heir:1', 'owner:1']);
  });

  it('are forgotten some minutes after they died for good, if the tasks that they had are none of the topology any more', async () => {
    const { poller, table, answers, clock, hosts } = setUp();
    apply(table, taskRecord(checkpointOf({ task: '7_0', offsets: OFFSETS, host: 'dead:1', instance: 'dead' })));
    apply(table, instanceRecord('heir', { host: 'heir:1', tasks: ['0_0'] }));
    answers.set('dead:1', refused());
    await poller.round(table);
    assert.deepEqual(hosts(), ['dead:1', 'heir:1']);
    clock.advance(6 * MINUTE);
    await poller.round(table);
    assert.deepEqual(hosts(), ['heir:1']);
  });

  it('are forgotten some minutes after they died for good, also if no record of their tasks has ever come', async () => {
    const { poller, table, answers, clock, hosts } = setUp();
    apply(table, instanceRecord('dead', { host: 'dead:1', tasks: ['0_0'] }));
    apply(table, instanceRecord('heir', { host: 'heir:1', tasks: ['0_0'] }));
    answers.set('dead:1', refused());
    await poller.round(table);
    clock.advance(6 * MINUTE);
    await poller.round(table);
    assert.deepEqual(hosts(), ['heir:1']);
  });

  it('stay as long as nobody else has their tasks', async () => {
    const { poller, table, answers, clock, hosts } = setUp();
    apply(table, taskRecord(checkpointOf({ task: '0_0', offsets: OFFSETS, host: 'last:1', instance: 'last' })));
    apply(table, instanceRecord('idle', { host: 'idle:1', tasks: [] }));
    apply(table, instanceRecord('begun', { host: 'begun:1', tasks: ['0_1'] }));
    apply(table, instanceRecord('begun', null));
    answers.set('last:1', refused());
    await poller.round(table);
    clock.advance(60 * MINUTE);
    await poller.round(table);
    assert.deepEqual(hosts(), ['idle:1', 'last:1']);
  });

  it('are gone when they have closed', async () => {
    const { poller, table, hosts } = setUp();
    apply(table, instanceRecord('A', { host: 'a:1', tasks: [] }));
    await poller.round(table);
    apply(table, instanceRecord('A', null));
    await poller.round(table);
    assert.deepEqual(hosts(), []);
  });

  it('give the topology, which stays known when none answers any more', async () => {
    const { poller, table, answers } = setUp();
    assert.equal(poller.description, null);
    apply(table, instanceRecord('A', { host: 'a:1', tasks: [] }));
    await poller.round(table);
    assert.equal(poller.description, 'Topologies: of a:1');
    answers.set('a:1', refused());
    await poller.round(table);
    assert.equal(poller.description, 'Topologies: of a:1');
  });
});

function setUp() {
  const clock = new ManualClock(1000);
  const table = new AuditTable();
  /** By host: the text of `/status`, a status code, or why it can't be reached; a good answer if it is not there. */
  const answers = new Map<string, string | number | Error>();
  const poller = new ProcessPoller({
    applicationId: 'users',
    clock,
    logger: new RecordingLogger(),
    fetch: async url => {
      const { host, pathname } = new URL(url);
      if (pathname === '/topology') return new Response(`Topologies: of ${host}`);
      const answer = answers.get(host) ?? status({});
      if (answer instanceof Error) throw answer;
      return typeof answer === 'number' ? new Response('{}', { status: answer }) : new Response(answer);
    },
  });
  const hosts = (): string[] => poller.processes.map(({ host }) => host);
  return { clock, table, answers, poller, hosts };
}

function apply(table: AuditTable, record: ConsumerRecord): void {
  table.apply(record);
}

function refused(): Error {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  return new TypeError('fetch failed', { cause });
}

function task(id: string) {
  return { id, state: 'RUNNING', streamTime: -1, counts: { in: {}, late: 0 }, restoring: [], nodes: {} };
}

function status(over: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ applicationId: 'users', instance: null, state: 'RUNNING', tasks: [], ...over });
}
