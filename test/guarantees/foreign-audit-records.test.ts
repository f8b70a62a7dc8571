import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { instanceKey } from '../../streams/audit/checkpoint.js';
import type { KafkaStreams } from '../../streams/index.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { MemoryStateDirectory } from '../../streams/testing/memory-state-directory.js';
import { applicationForEachTest } from '../runtime/application-for-each-test.js';
import type { TestApplication } from '../runtime/test-application.js';

const AUDIT = 'app-audit';
/** Longer than an instance waits until it believes what the others announced. */
const STEP_MS = 50;

describe('what others wrote into the audit topic', function () {
  this.timeout(20_000);
  let app: TestApplication;

  applicationForEachTest(created => {
    app = created;
  });

  /** Returns the place of the record, as it is written in a warning. */
  function write(key: string | null, value: unknown, partition = 0): string {
    const log = app.cluster.log(AUDIT, partition);
    const bytes = value === undefined ? null : Buffer.from(JSON.stringify(value));
    const keyBytes = key === null ? null : Buffer.from(key);
    log.append({ key: keyBytes, value: bytes, timestamp: app.clock.now(), headers: NO_HEADERS }, undefined);
    return `${AUDIT}-${partition}@${log.committed.at(-1)?.offset}`;
  }
  const start = (id: string, standbyReplicas = 0, directory = new MemoryStateDirectory(id)): KafkaStreams => {
    const streams = app.create({ standbyReplicas }, { takeDirectory: async () => directory });
    streams.start();
    return streams;
  };
  const taken = (...instances: readonly KafkaStreams[]): number =>
    instances.flatMap(({ tasks }) => tasks).reduce((sum, { counts }) => sum + (counts.in.in ?? 0), 0);
  const warnedOf = (place: string): number => app.warnings.filter(warning => warning.startsWith(`${place} `)).length;

  it('stops no instance that has standbys: it is left out, and said once', async () => {
    const first = start('a', 1);
    await app.until(() => first.state === 'RUNNING' && first.tasks.length === 2);
    const places = [
      write(instanceKey('x'), {}),
      write(instanceKey('y'), { instance: 'y', host: 'y:1/status?', tasks: ['0_0'] }),
      write('0_0', {}),
      write('0_1', { task: '0_1' }, 1),
      write(null, {}),
    ];
    const second = start('b', 1);
    await app.until(() => second.state === 'RUNNING' && second.tasks.length === 1);
    await app.until(() => {
      app.clock.aheadMs += STEP_MS;
      return second.status.standbys.length === 1 && first.status.standbys.length === 1;
    });
    app.send(1);
    await app.until(() => taken(first, second) === 1);
    // Each of the two has met them.
    await app.until(() => places.every(place => warnedOf(place) >= 2));
    assert.deepEqual([first.state, second.state], ['RUNNING', 'RUNNING']);
  });

  it('is not taken for the state of a task: the last record of its own counts', async () => {
    const first = start('a');
    for (let n = 0; n < 3; n++) app.send(1);
    await app.until(() => taken(first) === 3);
    await first.close();
    const valid = JSON.parse(
      String(app.cluster.log(AUDIT, 0).committed.findLast(({ key }) => String(key) === '0_0')?.value),
    );
    const places = [
      write('0_0', {}),
      write('0_0', undefined),
      write('0_0', { ...valid, task: '0_1' }),
      write('0_0', { ...valid, counts: { ...valid.counts, in: { in: 'many' } } }),
    ];
    app.cluster.expire('a');
    const second = start('b');
    await app.until(() => second.state === 'RUNNING');
    assert.equal(taken(second), 3);
    assert.deepEqual(
      places.map(place => warnedOf(place)),
      [1, 1, 1, 1],
    );
    app.send(1);
    await app.until(() => taken(second) === 4);
    assert.deepEqual(app.output().at(-1), '4');
  });
});
