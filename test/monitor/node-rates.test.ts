import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { NodeRates } from '../../monitor/node-rates.js';
import type { ProcessStatus } from '../../monitor/process-status.js';

describe('the rates of nodes', () => {
  it('are not known before a process has answered twice', () => {
    const rates = new NodeRates();
    rates.answered('a:1', status({ '0_0': { clean: [100, 90] } }), 1000);
    assert.deepEqual(rates.total, { clean: { received: 0, forwarded: 0 } });
  });

  it('are of all processes and tasks together, each by the time between its own answers', () => {
    const rates = new NodeRates();
    rates.answered('a:1', status({ '0_0': { clean: [0, 0] }, '0_1': { clean: [10, 10] } }), 1000);
    rates.answered('b:1', status({ '0_2': { clean: [0, 0] } }), 1500);
    rates.answered('a:1', status({ '0_0': { clean: [100, 50] }, '0_1': { clean: [20, 20] } }), 3000);
    rates.answered('b:1', status({ '0_2': { clean: [30, 30] } }), 2000);
    assert.deepEqual(rates.total, { clean: { received: 50 + 5 + 60, forwarded: 25 + 5 + 60 } });
  });

  it('take counts that began again for no basis', () => {
    const rates = new NodeRates();
    rates.answered('a:1', status({ '0_0': { clean: [1000, 1000] } }), 1000);
    rates.answered('a:1', status({ '0_0': { clean: [5, 5] } }), 2000);
    assert.deepEqual(rates.total, { clean: { received: 0, forwarded: 0 } });
    rates.answered('a:1', status({ '0_0': { clean: [9, 8] } }), 3000);
    assert.deepEqual(rates.total, { clean: { received: 4, forwarded: 3 } });
  });

  it('begin again with a task that moves to another process', () => {
    const rates = new NodeRates();
    rates.answered('a:1', status({ '0_0': { clean: [1000, 1000] } }), 1000);
    rates.answered('b:1', status({}), 1000);
    rates.answered('a:1', status({}), 2000);
    rates.answered('b:1', status({ '0_0': { clean: [1500, 1500] } }), 2000);
    assert.deepEqual(rates.total, { clean: { received: 0, forwarded: 0 } });
  });

  it('do not count a process that does not answer', () => {
    const rates = new NodeRates();
    rates.answered('a:1', status({ '0_0': { clean: [0, 0] } }), 1000);
    rates.answered('a:1', status({ '0_0': { clean: [10, 10] } }), 2000);
    rates.missed('a:1');
    assert.deepEqual(rates.total, {});
  });

  it('are finite and not negative, whatever processes answer', () => {
    const answer = fc.record({
      host: fc.constantFrom('a:1', 'b:1'),
      at: fc.nat(5000),
      task: fc.constantFrom('0_0', '0_1'),
      received: fc.nat(100),
      forwarded: fc.nat(100),
      missed: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 40 }), answers => {
        const rates = new NodeRates();
        for (const { host, at, task, received, forwarded, missed } of answers) {
          if (missed) rates.missed(host);
          else rates.answered(host, status({ [task]: { clean: [received, forwarded] } }), at);
          for (const rate of Object.values(rates.total)) {
            assert.ok(Number.isFinite(rate.received) && rate.received >= 0, String(rate.received));
            assert.ok(Number.isFinite(rate.forwarded) && rate.forwarded >= 0, String(rate.forwarded));
          }
        }
      }),
    );
  });
});

function status(tasks: Readonly<Record<string, Readonly<Record<string, [number, number]>>>>): ProcessStatus {
  return {
    applicationId: 'users',
    instance: 'A',
    state: 'RUNNING',
    error: null,
    tasks: Object.entries(tasks).map(([id, nodes]) => ({
      id,
      state: 'RUNNING',
      streamTime: 0,
      counts: { in: {}, late: 0 },
      restoring: [],
      nodes: Object.fromEntries(
        Object.entries(nodes).map(([node, [received, forwarded]]) => [node, { received, forwarded }]),
      ),
    })),
    unreadable: [],
  };
}
