import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { restoreLog } from '../../topology/restore-log.js';
import { recordingLogger } from '../http/served.js';

describe('what the log says of a restore', () => {
  it('is how far it is every five seconds, by store, and all together in one line when all tasks run', () => {
    const log: string[] = [];
    let now = 0;
    const restores = restoreLog({ ...recordingLogger(log), debug: () => {} }, () => now);
    const progress = (store: string, records: number, remaining: number): void =>
      restores.progressed({ taskId: '0_1', store, batch: 10, records, remaining });
    for (; now <= 12_000; now += 1000) progress('counts', now, 20_000 - now);
    progress('seen', 0, 0);
    progress('counts', 20_000, 0);
    restores.allRunning();
    restores.allRunning();
    assert.deepEqual(log, [
      'task 0_1: counts is being restored, 5000 changelog records replayed, 15000 offsets to go',
      'task 0_1: counts is being restored, 10000 changelog records replayed, 10000 offsets to go',
      'restored 2 stores of 1 task, 20000 changelog records replayed: 0_1 counts 20000',
    ]);
  });
});
