import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { dueToPersist, type PersistPolicy } from '../../stores/bytes/persist-policy.js';

const POLICY: PersistPolicy = { maxBytes: 100, maxReplayBytes: 200, maxAgeMs: 1000, cheapAgeMs: 100 };
const NOW = 5000;

interface Given {
  readonly unpersistedBytes: number;
  readonly replayBytes: number;
  readonly ageMs: number;
}

function due(given: readonly Partial<Given>[]): number[] {
  const tasks = given.map(({ unpersistedBytes = 0, replayBytes = unpersistedBytes, ageMs = 0 }, index) => ({
    index,
    unpersistedBytes,
    replayBytes,
    persistedAgeMs: (now: number) => now - (NOW - ageMs),
  }));
  return dueToPersist(tasks, NOW, POLICY).map(({ index }) => index);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

describe('tasks whose committed entries go to disk', () => {
  it('are none within all limits', () => {
    assert.deepEqual(due([{ unpersistedBytes: 60, ageMs: 999 }, { unpersistedBytes: 40 }]), []);
  });

  it('are those that wrote last too long ago, unless they have committed nothing since', () => {
    assert.deepEqual(due([{ unpersistedBytes: 1, ageMs: 1000 }, { ageMs: 1000 }, { unpersistedBytes: 1 }]), [0]);
    assert.deepEqual(due([{ unpersistedBytes: 0, replayBytes: 1, ageMs: 1000 }]), [0], 'all has expired');
  });

  it('are those of which most has expired already after a shorter time', () => {
    assert.deepEqual(due([{ unpersistedBytes: 10, replayBytes: 40, ageMs: 100 }]), [0]);
    assert.deepEqual(due([{ unpersistedBytes: 10, replayBytes: 40, ageMs: 99 }]), []);
    assert.deepEqual(due([{ unpersistedBytes: 10, replayBytes: 39, ageMs: 999 }]), []);
  });

  it('are the largest ones above the limit of memory, until the others are within it', () => {
    assert.deepEqual(due([{ unpersistedBytes: 40 }, { unpersistedBytes: 70 }, { unpersistedBytes: 50 }]), [1]);
    assert.deepEqual(due([{ unpersistedBytes: 90 }, { unpersistedBytes: 80 }, { unpersistedBytes: 101 }]), [2, 0]);
  });

  it('are the largest ones above the limit of what a crash would replay, though their entries have expired', () => {
    const given = [
      { unpersistedBytes: 10, replayBytes: 90 },
      { unpersistedBytes: 0, replayBytes: 120 },
    ];
    assert.deepEqual(due(given), [0]);
  });

  it('leave the others within all limits', () => {
    const tasks = fc.array(fc.record({ unpersistedBytes: fc.nat(80), expiredBytes: fc.nat(80), ageMs: fc.nat(1200) }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(tasks, given => {
        const all = given.map(task => ({ ...task, replayBytes: task.unpersistedBytes + task.expiredBytes }));
        const found = new Set(due(all));
        const others = all.filter((_, index) => !found.has(index));
        assert.ok(sum(others.map(({ unpersistedBytes }) => unpersistedBytes)) <= POLICY.maxBytes);
        assert.ok(sum(others.map(({ replayBytes }) => replayBytes)) <= POLICY.maxReplayBytes);
        for (const { replayBytes, ageMs } of others) assert.ok(replayBytes === 0 || ageMs < POLICY.maxAgeMs);
        for (const index of found) assert.notEqual(all[index]?.replayBytes, 0);
      }),
    );
  });
});
