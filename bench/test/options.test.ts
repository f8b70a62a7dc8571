import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { percent, share } from '../numbers.js';
import { loadOf, peersOf, WORKLOADS } from '../options.js';

const NOW = Date.UTC(2026, 0, 1, 12, 34, 56);

describe('the load of a benchmark', () => {
  it('is one million users with 40% repeated emails and 2% bad records, with keys in place and elsewhere', () => {
    const { keys, workload } = loadOf('users', { bad: 2 }, NOW);
    assert.deepEqual(keys, ['in-place', 'elsewhere']);
    assert.equal(workload.records, 1_000_000);
    assert.equal(workload.repeatedPercent, 40);
    assert.equal(workload.badPercent, 2);
  });

  it('has five million different keys in one window with a large state', () => {
    const { workload } = loadOf('large-state', { bad: 2 }, NOW);
    const { records, repeatedPercent, spanMs, windowMs, start } = workload;
    assert.deepEqual([records, repeatedPercent, spanMs], [5_000_000, 0, windowMs]);
    assert.equal(start % windowMs, 0);
  });

  it('ends with a whole window that is over', () => {
    for (const name of WORKLOADS) {
      const { start, spanMs, windowMs } = loadOf(name, { bad: 2 }, NOW).workload;
      assert.equal((start + spanMs) % windowMs, 0);
      assert.ok(start + spanMs <= NOW && start + spanMs > NOW - windowMs);
    }
  });

  it('takes never and always for shares', () => {
    assert.deepEqual(['never', '12.5', 'always'].map(share), [0, 12.5, 100]);
    for (const wrong of ['', '-1', '101', 'often']) assert.throws(() => share(wrong), /0 to 100/);
    assert.throws(() => percent('never'), /0 to 100/);
  });
});

describe('the peers of a benchmark', () => {
  it('are a bare loop for the stateless workload, none for a large state, and Java for the others', () => {
    assert.deepEqual(
      WORKLOADS.map(name => peersOf(name, undefined)),
      [['java'], ['spike'], [], ['java'], ['java'], ['java']],
    );
  });

  it('are in one order, each once', () => {
    assert.deepEqual(peersOf('users', ['spike', 'java', 'spike']), ['java', 'spike']);
  });

  it('are refused where there is no such one', () => {
    assert.throws(() => peersOf('users', ['none', 'java']), /--peer none/);
    assert.throws(() => peersOf('stateless', ['java']), /--workload stateless/);
    assert.throws(() => peersOf('match', ['spike']), /--workload match/);
  });
});
