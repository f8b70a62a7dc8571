import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { placeStandbys, rangeOwner } from '../../../streams/runtime/standby/standby-placement.js';

const members = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 9 });
const partitions = fc.integer({ min: 1, max: 24 });

describe('where standbys are', () => {
  it('owners are those of the range assignor: in the order of their ids, the first ones with one more', () => {
    const owners = (count: number): (string | undefined)[] =>
      Array.from({ length: count }, (_, partition) => rangeOwner(['c', 'a', 'b'], count, partition));
    assert.deepEqual(owners(4), ['a', 'a', 'b', 'c']);
    assert.deepEqual(owners(5), ['a', 'a', 'b', 'b', 'c']);
    assert.deepEqual(owners(2), ['a', 'b']);
    assert.equal(rangeOwner([], 4, 0), undefined);
  });

  it('with one replica, whatever single instance fails, a task that moves goes to its standby', () => {
    fc.assert(
      fc.property(members, partitions, (ids, count) => {
        for (const failed of ids) {
          const left = ids.filter(id => id !== failed);
          for (let partition = 0; partition < count; partition++) {
            const [owner, next] = [rangeOwner(ids, count, partition), rangeOwner(left, count, partition)];
            assert.ok(owner !== undefined);
            if (next === undefined || next === owner) continue;
            const standbys = placeStandbys({ members: ids, owner, partition, partitions: count, replicas: 1 });
            assert.deepEqual(standbys, [next]);
          }
        }
      }),
    );
  });

  it('with more, a task goes to a standby for as long as one is left of those that have it', () => {
    fc.assert(
      fc.property(members, partitions, fc.integer({ min: 1, max: 4 }), (ids, count, replicas) => {
        for (let partition = 0; partition < count; partition++) {
          const owner = rangeOwner(ids, count, partition);
          assert.ok(owner !== undefined);
          const standbys = placeStandbys({ members: ids, owner, partition, partitions: count, replicas });
          assert.equal(standbys.length, Math.min(replicas, ids.length - 1));
          assert.equal(new Set([owner, ...standbys]).size, standbys.length + 1);
          let left = ids;
          for (const [index, standby] of standbys.entries()) {
            const failed = index === 0 ? owner : standbys[index - 1];
            left = left.filter(id => id !== failed);
            assert.equal(rangeOwner(left, count, partition), standby);
          }
        }
      }),
    );
  });
});
