import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { identityKey } from '../../../streams/audit/checkpoint.js';
import { NO_HEADERS } from '../../../streams/kafka/record.js';
import { type ApplicationIdentity, applicationIdentity } from '../../../streams/runtime/state/application-identity.js';
import { InMemoryCluster } from '../../../streams/testing/in-memory-cluster.js';
import { ManualClock } from '../../../streams/testing/manual-clock.js';

describe('the identity of an application', () => {
  let cluster: InMemoryCluster;

  const newCluster = (): InMemoryCluster => {
    const created = new InMemoryCluster(new ManualClock(0));
    created.createTopic('app-audit', 2);
    return created;
  };
  const identity = (known?: ApplicationIdentity): Promise<ApplicationIdentity> =>
    applicationIdentity(cluster.ports, 'test', 'app-audit', known);
  const keys = (): (string | undefined)[] => cluster.log('app-audit', 0).committed.map(({ key }) => key?.toString());

  beforeEach(() => {
    cluster = newCluster();
  });

  it('is written once, and found again by whoever asks', async () => {
    const written = await identity();
    assert.deepEqual(await identity(), written);
    assert.deepEqual(await identity(written), written);
    assert.deepEqual(keys(), [identityKey(written.id)]);
  });

  it('is the same for instances that start at the same time', async () => {
    const [first, ...others] = await Promise.all([identity(), identity(), identity()]);
    for (const other of others) assert.deepEqual(other, first);
    assert.deepEqual(await identity(), first);
  });

  it('lies among the records of the tasks', async () => {
    const record = { key: Buffer.from('0_0'), value: Buffer.from('{}'), timestamp: 0, headers: NO_HEADERS };
    cluster.log('app-audit', 0).append(record, undefined);
    const written = await identity();
    assert.equal(written.offset, 1);
    cluster.log('app-audit', 0).append(record, undefined);
    assert.deepEqual(await identity(written), written);
  });

  it('is none that is a tombstone, which compaction would take away', async () => {
    const record = { key: Buffer.from(identityKey('forged')), value: null, timestamp: 0, headers: NO_HEADERS };
    cluster.log('app-audit', 0).append(record, undefined);
    const { id, offset } = await identity();
    assert.notEqual(id, 'forged');
    assert.equal(offset, 1);
  });

  it('is another one on another cluster, and where the topic was deleted, whatever was known', async () => {
    const known = await identity();
    cluster = newCluster();
    const other = await identity(known);
    assert.notEqual(other.id, known.id);
    assert.deepEqual(await identity(known), other);
  });
});
