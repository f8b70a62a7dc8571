import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { AuditTable } from '../../streams/audit/audit-table.js';
import {
  type Checkpoint,
  encodeCheckpoint,
  encodeInstance,
  type InstanceRecord,
  instanceKey,
} from '../../streams/audit/checkpoint.js';
import { newTaskCounts } from '../../streams/audit/task-counts.js';
import type { ConsumerRecord } from '../../streams/kafka/record.js';

describe('the audit topic as a table', () => {
  it('has the latest record of each task, and of each instance that has not closed', () => {
    const table = tableOf(
      ofTask('0_0', 'a:1', 1),
      ofInstance({ instance: 'A', host: 'a:1', tasks: ['0_0'] }),
      ofInstance({ instance: 'B', host: 'b:1', tasks: [] }),
      ofTask('0_0', 'b:1', 2),
      closed('A'),
    );
    assert.deepEqual(
      [...table.tasks].map(([id, { streamTime }]) => [id, streamTime]),
      [['0_0', 2]],
    );
    assert.deepEqual(
      [...table.instances.values()].map(({ instance }) => instance),
      ['B'],
    );
  });

  it('knows a task where it committed last, whatever was announced', () => {
    const table = tableOf(ofInstance({ instance: 'A', host: 'a:1', tasks: ['0_0', '0_1'] }), ofTask('0_0', 'b:1', 1));
    assert.deepEqual([table.hostOf('0_0'), table.hostOf('0_1'), table.hostOf('0_2')], ['b:1', 'a:1', undefined]);
    assert.deepEqual(table.hosts, ['a:1', 'b:1']);
  });

  it('knows no place of a task that serves nothing', () => {
    const table = tableOf(ofTask('0_0', null, 1));
    assert.deepEqual([table.hostOf('0_0'), table.hosts], [undefined, []]);
  });

  it('knows where the standbys of a task are served', () => {
    const table = tableOf(
      ofInstance({ instance: 'A', host: 'a:1', tasks: ['0_0'], standbys: ['0_1'] }),
      ofInstance({ instance: 'B', host: 'b:1', tasks: ['0_1'], standbys: ['0_0'] }),
      ofInstance({ instance: 'C', host: null, tasks: [], standbys: ['0_0', '0_1'] }),
    );
    assert.deepEqual([table.standbyHostsOf('0_0'), table.standbyHostsOf('0_1')], [['b:1'], ['a:1']]);
  });

  it('takes announcements of versions that knew no standbys', () => {
    const value = Buffer.from(JSON.stringify({ instance: 'A', host: 'a:1', tasks: ['0_0'] }));
    const table = tableOf(record(instanceKey('A'), value));
    assert.deepEqual(table.standbyHostsOf('0_0'), []);
  });

  it('knows the owner of a task: the instance that committed for it or announced it last', () => {
    const taken = [ofTask('0_0', 'a:1', 1, { instance: 'A', timestamp: 10 })];
    assert.equal(tableOf(...taken).ownerOf('0_0'), 'A');
    taken.push(ofInstance({ instance: 'B', host: 'b:1', tasks: ['0_0'] }, 20));
    assert.equal(tableOf(...taken).ownerOf('0_0'), 'B');
    taken.push(ofTask('0_0', 'a:1', 1, { instance: 'A', timestamp: 30 }));
    assert.equal(tableOf(...taken).ownerOf('0_0'), 'A');
    assert.equal(tableOf(...taken).ownerOf('0_1'), undefined);
  });

  it('leaves a task with an instance that has closed until another one takes it: it may be on its way back', () => {
    const announced = ofInstance({ instance: 'A', host: 'a:1', tasks: ['0_0'] }, 1);
    const committed = ofTask('0_0', 'a:1', 1, { instance: 'A', timestamp: 2 });
    assert.equal(tableOf(announced, committed, closed('A')).ownerOf('0_0'), 'A');
  });

  it('knows instances without tasks for as long as they say that they are there', () => {
    const table = tableOf(
      ofInstance({ instance: 'A', host: null, tasks: [] }, 10),
      ofInstance({ instance: 'B', host: null, tasks: [] }, 20),
      ofInstance({ instance: 'C', host: null, tasks: ['0_0'] }, 20),
    );
    assert.deepEqual([table.idleSince(10), table.idleSince(20), table.idleSince(21)], [['A', 'B'], ['B'], []]);
  });

  it('forgets an instance that gives no sign of life: it neither announced nor committed', () => {
    const table = tableOf(
      ofInstance({ instance: 'dead', host: 'dead:1', tasks: ['0_0'], standbys: ['0_1'] }, 10),
      ofInstance({ instance: 'works', host: 'works:1', tasks: ['0_1'] }, 10),
      ofInstance({ instance: 'idle', host: 'idle:1', tasks: [] }, 50),
      ofTask('0_1', 'works:1', 1, { instance: 'works', timestamp: 50 }),
    );
    table.forgetSilent(10);
    assert.deepEqual([[...table.instances.keys()].length, table.silent], [3, []]);
    table.forgetSilent(11);
    assert.deepEqual([[...table.instances.keys()], table.silent], [['instance/works', 'instance/idle'], ['dead']]);
    assert.deepEqual(
      [table.ownerOf('0_0'), table.hostOf('0_0'), table.standbyHostsOf('0_1')],
      [undefined, undefined, []],
    );
    assert.deepEqual(table.hosts, ['idle:1', 'works:1']);
  });

  it('knows it again when it announces or commits', () => {
    for (const sign of [
      ofInstance({ instance: 'A', host: 'a:1', tasks: ['0_0'] }, 30),
      ofTask('0_1', 'a:1', 1, { instance: 'A', timestamp: 30 }),
    ]) {
      const table = tableOf(ofInstance({ instance: 'A', host: 'a:1', tasks: ['0_0'] }, 10));
      table.forgetSilent(20);
      assert.equal(table.hostOf('0_0'), undefined);
      table.apply(sign);
      assert.deepEqual([table.hostOf('0_0'), table.silent], ['a:1', []]);
    }
  });

  it('has nothing to forget of one that is withdrawn', () => {
    const table = tableOf(ofInstance({ instance: 'A', host: 'a:1', tasks: [] }, 10), closed('A'));
    table.forgetSilent(20);
    assert.deepEqual(table.silent, []);
  });

  it('takes records of tasks of versions that knew neither offsets nor hosts', () => {
    const counts = { in: { user: 3 }, out: {}, rejected: 1, late: 0 };
    const table = tableOf(record('0_0', json({ task: '0_0', streamTime: 5, counts })));
    assert.deepEqual(table.tasks.get('0_0'), {
      task: '0_0',
      instance: null,
      host: null,
      streamTime: 5,
      counts: { ...counts, dropped: 0 },
      offsets: {},
      times: {},
      watermarks: {},
    });
    assert.deepEqual([table.hostOf('0_0'), table.ownerOf('0_0')], [undefined, undefined]);
  });

  it('refuses a record that is none of the audit topic', () => {
    assert.throws(() => tableOf(record('0_0', Buffer.from('no JSON'))), SyntaxError);
    assert.throws(() => tableOf({ ...record('0_0', null), key: null }), /no key/);
  });

  for (const [what, value] of [
    ['nothing', {}],
    ['null', null],
    ['no object', 'text'],
    ['tasks that are no list', { instance: 'A', host: null, tasks: 5 }],
    ['tasks that are no ids', { instance: 'A', host: null, tasks: [5] }],
    ['standbys that are no list', { instance: 'A', host: null, tasks: [], standbys: '0_0' }],
    ['no host', { instance: 'A', tasks: [] }],
    ['another instance', { instance: 'B', host: null, tasks: ['0_0'] }],
  ] as const) {
    it(`refuses an announcement of ${what}, and keeps the one before`, () => {
      const table = tableOf(ofInstance({ instance: 'A', host: 'a:1', tasks: ['0_0'] }, 10));
      assert.throws(() => table.apply({ ...record(instanceKey('A'), json(value)), timestamp: 20 }), oneLine);
      assert.deepEqual([table.ownerOf('0_0'), table.hostOf('0_0')], ['A', 'a:1']);
      assert.deepEqual(table.idleSince(0), []);
      table.apply(ofTask('0_0', 'c:1', 1, { instance: 'C', timestamp: 15 }));
      assert.equal(table.ownerOf('0_0'), 'C');
    });
  }

  for (const [what, change] of [
    ['another task', { task: '0_1' }],
    ['an instance that is no text', { instance: 5 }],
    ['a time that is no number', { streamTime: 'now' }],
    ['no counts', { counts: undefined }],
    ['counts that are no numbers', { counts: { in: { user: 'x' }, out: {}, rejected: 0, late: 0, dropped: 0 } }],
    ['counts below 0', { counts: { in: {}, out: {}, rejected: -1, late: 0, dropped: 0 } }],
    ['offsets that are none', { offsets: { user: 7 } }],
    ['offsets that are no list of topics', { offsets: [] }],
    ['times that are none', { times: { count: 'late' } }],
    ['watermarks that are none', { watermarks: { r: 5 } }],
  ] as const) {
    it(`refuses a record of a task with ${what}, and keeps the one before`, () => {
      const valid = ofTask('0_0', 'a:1', 1, { instance: 'A', timestamp: 10 });
      const table = tableOf(valid);
      const value = { ...(JSON.parse(String(valid.value)) as object), ...change };
      assert.throws(() => table.apply({ ...record('0_0', json(value)), timestamp: 20 }), oneLine);
      assert.deepEqual([table.ownerOf('0_0'), table.hostOf('0_0')], ['A', 'a:1']);
    });
  }

  for (const host of ['a:1', 'my_host.example.com:65535', '10.0.0.1:8081', '[::1]:8081', '[2001:db8::7]:80']) {
    it(`takes the host ${host}`, () => {
      const table = tableOf(ofTask('0_0', host, 1), ofInstance({ instance: 'A', host, tasks: ['0_1'] }));
      assert.deepEqual(table.hosts, [host]);
    });
  }

  for (const host of [
    '',
    'a',
    'a:',
    ':80',
    'a:0',
    'a:65536',
    'a:080808',
    'a:80/',
    'a:80/path?',
    'a/b:80',
    'a?b:80',
    'a#b:80',
    'me@a:80',
    'me:secret@a:80',
    'http://a:80',
    'a b:80',
    'a:80 ',
    'a:80\n',
    '::1:80',
    '[::g]:80',
    '[a]:80',
    '[::1]',
    'ä:80',
    '%61:80',
    'a\\b:80',
  ]) {
    it(`refuses the host ${JSON.stringify(host)}`, () => {
      assert.throws(() => tableOf(ofTask('0_0', host, 1)), /^TypeError: host: must be host:port$/);
      const announced = ofInstance({ instance: 'A', host, tasks: ['0_0'] });
      assert.throws(() => tableOf(announced), /^TypeError: host: must be host:port$/);
    });
  }
});

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function oneLine(error: unknown): boolean {
  return error instanceof Error && /^.+$/.test(error.message);
}

function tableOf(...records: readonly ConsumerRecord[]): AuditTable {
  const table = new AuditTable();
  for (const each of records) table.apply(each);
  return table;
}

function ofTask(
  task: string,
  host: string | null,
  streamTime: number,
  { instance = 'I', timestamp = 0 }: { readonly instance?: string; readonly timestamp?: number } = {},
): ConsumerRecord {
  const counts = newTaskCounts();
  const audit: Checkpoint = { task, instance, host, streamTime, counts, offsets: {}, times: {}, watermarks: {} };
  return { ...record(task, encodeCheckpoint(audit)), timestamp };
}

function ofInstance(
  announced: Omit<InstanceRecord, 'standbys'> & Partial<Pick<InstanceRecord, 'standbys'>>,
  timestamp = 0,
): ConsumerRecord {
  const instance = { standbys: [], ...announced };
  return { ...record(instanceKey(instance.instance), encodeInstance(instance)), timestamp };
}

function closed(instance: string): ConsumerRecord {
  return record(instanceKey(instance), null);
}

function record(key: string, value: Buffer | null): ConsumerRecord {
  return { topic: 'app-audit', partition: 0, offset: 0, timestamp: 0, key: Buffer.from(key), value, headers: [] };
}
