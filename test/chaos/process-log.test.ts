import assert from 'node:assert/strict';
import { processLog } from './process-log.js';

describe('the log of a topology process', () => {
  const line = (time: number, msg: string, level = 30): string => `${JSON.stringify({ level, time, msg })}\n`;

  it('has its slot and address, when it ran, and what it replayed before that and later', () => {
    const log = processLog(
      line(990, 'http on 127.0.0.1 port 4711, for others at 127.0.0.1:4711') +
        line(1000, 'instance 7c1e, state in /tmp/x/state/users/1') +
        line(1100, 'state REBALANCING') +
        line(
          1250,
          'restored 3 stores of 2 tasks, 42 changelog records replayed: 0_1 country-count 40, 0_2 country-count 2',
        ) +
        line(1300, 'state RUNNING') +
        line(2000, 'state REBALANCING') +
        line(2100, 'restored 1 store of 1 task, 7 changelog records replayed: 0_3 country-count 7') +
        line(2200, 'restored 5 stores of 1 task, 0 changelog records replayed'),
    );
    assert.deepEqual(log, {
      begun: true,
      running: false,
      location: '/tmp/x/state/users/1',
      instance: '7c1e',
      http: '127.0.0.1:4711',
      replays: [
        { task: '0_1', store: 'country-count', records: 40 },
        { task: '0_2', store: 'country-count', records: 2 },
        { task: '0_3', store: 'country-count', records: 7 },
      ],
      replayedAtStart: 42,
      replayedLater: 7,
      startMs: 310,
      rebalances: 2,
      rebuilt: [],
      aborts: 0,
      newWorkers: 0,
      errors: [],
    });
  });

  it('has rebuilt tasks, aborts, new workers and errors, also those that are no JSON', () => {
    const rebuilt = 'task 0_1: its state is rebuilt from the changelogs: a batch of writes is missing';
    const log = processLog(
      line(1, rebuilt, 40) +
        line(2, 'transaction aborted, going back to the last commit: commitTransaction: fenced', 40) +
        line(3, 'worker stopped, a new one follows in 250 ms: gone', 50) +
        line(4, 'state RUNNING') +
        'FATAL ERROR: heap\n',
    );
    assert.deepEqual([log.rebuilt, log.aborts, log.newWorkers, log.running], [[rebuilt], 1, 1, true]);
    assert.deepEqual(log.errors, ['worker stopped, a new one follows in 250 ms: gone', 'FATAL ERROR: heap']);
  });

  it('is one of a process that did not get far, where nothing is there', () => {
    const { begun, running, location, startMs } = processLog('');
    assert.deepEqual([begun, running, location, startMs], [false, false, undefined, undefined]);
  });
});
