import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  type AuditRecord,
  encodeAudit,
  encodeInstance,
  type InstanceRecord,
  instanceKey,
} from '../../streams/audit/audit-record.js';
import { AuditTable } from '../../streams/audit/audit-table.js';
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

  it('refuses a record that is none of the audit topic', () => {
    assert.throws(() => tableOf(record('0_0', Buffer.from('no JSON'))), SyntaxError);
    assert.throws(() => tableOf({ ...record('0_0', null), key: null }), /no key/);
  });
});

function tableOf(...records: readonly ConsumerRecord[]): AuditTable {
  const table = new AuditTable();
  for (const each of records) table.apply(each);
  return table;
}

function ofTask(task: string, host: string | null, streamTime: number): ConsumerRecord {
  const counts = newTaskCounts();
  const audit: AuditRecord = { task, instance: 'I', host, streamTime, counts, offsets: {}, times: {}, watermarks: {} };
  return record(task, encodeAudit(audit));
}

function ofInstance(instance: InstanceRecord): ConsumerRecord {
  return record(instanceKey(instance.instance), encodeInstance(instance));
}

function closed(instance: string): ConsumerRecord {
  return record(instanceKey(instance), null);
}

function record(key: string, value: Buffer | null): ConsumerRecord {
  return { topic: 'app-audit', partition: 0, offset: 0, timestamp: 0, key: Buffer.from(key), value, headers: [] };
}
