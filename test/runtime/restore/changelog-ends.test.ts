import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { NO_HEADERS } from '../../../streams/kafka/record.js';
import { ChangelogEnds } from '../../../streams/runtime/restore/changelog-ends.js';
import { InMemoryCluster } from '../../../streams/testing/in-memory-cluster.js';
import { ManualClock } from '../../../streams/testing/manual-clock.js';

describe('the ends of changelogs', () => {
  it('are by store, and count the records of open transactions', async () => {
    const cluster = new InMemoryCluster(new ManualClock(0));
    cluster.createTopic('log', 1);
    cluster.createTopic('more', 1);
    const writer = cluster.ports.producer({ clientId: 'w', transactionalId: 'w' });
    await writer.initTransactions();
    await writer.beginTransaction();
    writer.send('log', 0, Buffer.from('a'), Buffer.from('1'), 0, NO_HEADERS);
    writer.send('log', 0, Buffer.from('b'), Buffer.from('2'), 0, NO_HEADERS);

    const ends = new ChangelogEnds(cluster.ports.producer({ clientId: 'p' }));
    const log = { taskId: '0_0', store: 'rows', topic: 'log', partition: 0 };
    const more = { taskId: '0_0', store: 'others', topic: 'more', partition: 0 };
    assert.equal(await ends.end(log), 2);
    assert.deepEqual(await ends.range(log), { low: 0, high: 2 });
    assert.deepEqual(
      [...(await ends.byStore([log, more]))],
      [
        ['rows', 2],
        ['others', 0],
      ],
    );
  });
});
