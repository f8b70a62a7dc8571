import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { placeStandbys } from '../../../streams/runtime/standby/standby-placement.js';
import { assignByRange } from '../../../streams/testing/range-assignor.js';

const members = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 9 });
const partitions = fc.integer({ min: 1, max: 24 });

/** By partition, the member to which a group with the range assignor gives it. */
function ownersOf(ids: readonly string[], count: number): readonly (string | undefined)[] {
  const owners = new Array<string | undefined>(count).fill(undefined);
  const group = ids.map(instanceId => ({ instanceId, topics: ['topic'] }));
  for (const [id, assigned] of assignByRange(group, () => count)) {
    for (const { partition } of assigned) owners[partition] = id;
  }
  return owners;
}

function without(ids: readonly string[], failed: string | undefined): readonly string[] {
  return ids.filter(id => id !== failed);
}

describe('where standbys are', () => {
  it('with one replica, whatever single instance fails, a task that moves goes to its standby', () => {
    fc.assert(
      fc.property(members, partitions, (ids, count) => {
        const owners = ownersOf(ids, count);
        for (const failed of ids) {
          for (const [partition, next] of ownersOf(without(ids, failed), count).entries()) {
            const owner = owners[partition];
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
        for (const [partition, owner] of ownersOf(ids, count).entries()) {
          assert.ok(owner !== undefined);
          const standbys = placeStandbys({ members: ids, owner, partition, partitions: count, replicas });
          assert.equal(standbys.length, Math.min(replicas, ids.length - 1));
          assert.equal(new Set([owner, ...standbys]).size, standbys.length + 1);
          let left: readonly string[] = ids;
          for (const [index, standby] of standbys.entries()) {
            left = without(left, index === 0 ? owner : standbys[index - 1]);
            assert.equal(ownersOf(left, count)[partition], standby);
          }
        }
      }),
    );
  });
});
