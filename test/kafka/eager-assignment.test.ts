import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { EagerAssignment } from '../../streams/kafka/eager-assignment.js';

describe('an assignment that is replaced as a whole', () => {
  let calls: string[];
  let closed: boolean;
  let assignment: EagerAssignment;

  beforeEach(() => {
    calls = [];
    closed = false;
    assignment = new EagerAssignment(
      {
        assign: partitions => calls.push(`assign ${partitions.map(({ partition }) => partition)}`),
        unassign: () => {
          if (closed) throw new Error('KafkaConsumer is disconnected');
          calls.push('unassign');
        },
      },
      {
        onPartitionsAssigned: partitions => calls.push(`assigned ${partitions.map(({ partition }) => partition)}`),
        onPartitionsRevoked: partitions => calls.push(`revoked ${partitions.map(({ partition }) => partition)}`),
      },
    );
  });

  const partitions = [
    { topic: 'in', partition: 0 },
    { topic: 'in', partition: 1 },
  ];

  it('leaves the answer to its owner', () => {
    assignment.onRebalance('assign', partitions);
    assert.deepEqual(calls, ['assigned 0,1']);
    assignment.assign(partitions.map(partition => ({ ...partition, offset: 5 })));
    assignment.onRebalance('revoke', partitions);
    assert.deepEqual(calls, ['assigned 0,1', 'assign 0,1', 'revoked 0,1']);
  });

  it('answers what is asked while it closes, without its owner', () => {
    assignment.close();
    assignment.onRebalance('assign', partitions);
    assignment.onRebalance('revoke', partitions);
    assert.deepEqual(calls, ['unassign', 'unassign']);
  });

  it('answers what its owner has not come to when it closes', () => {
    assignment.onRebalance('revoke', partitions);
    calls.length = 0;
    assignment.close();
    assert.deepEqual(calls, ['unassign']);
  });

  it('gives no answer that was not asked for when it closes', () => {
    assignment.onRebalance('assign', partitions);
    assignment.assign(partitions.map(partition => ({ ...partition, offset: 5 })));
    calls.length = 0;
    assignment.close();
    assert.deepEqual(calls, []);
  });

  it('does not mind a rebalance whose callback comes when the client is closed', () => {
    assignment.close();
    closed = true;
    assert.doesNotThrow(() => assignment.onRebalance('assign', partitions));
  });

  it('throws an error of the client that its owner asked for', () => {
    closed = true;
    assert.throws(() => assignment.unassign(), /disconnected/);
  });
});
