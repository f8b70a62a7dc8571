import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../streams/kafka/embedded-broker.js';
import { type RunningCommand, runNpmScript } from './command.js';

/** Nothing listens there. */
const UNREACHABLE = '127.0.0.1:1';

describe('a signal to npm', function () {
  this.timeout(25_000);
  let running: RunningCommand | undefined;
  let broker: EmbeddedBroker;

  before(async () => {
    broker = await startEmbeddedBroker();
  });

  after(async () => {
    await broker.stop();
  });

  afterEach(() => {
    signalGroup('SIGKILL');
    running = undefined;
  });

  function signalGroup(signal: NodeJS.Signals): void {
    try {
      if (running?.child.pid !== undefined) process.kill(-running.child.pid, signal);
    } catch {
      // All of the group have ended.
    }
  }

  for (const [script, atWork] of [
    ['topology', /waiting for the cluster/],
    ['monitor', /the cluster does not answer/],
  ] as const) {
    it(`SIGTERM ends npm run ${script} in an orderly way`, async () => {
      const command = runNpmScript(script, [], { KAFKA_BROKERS: UNREACHABLE, HTTP_PORT: '0', LOG_LEVEL: 'info' });
      running = command;
      await command.seen(atWork);
      command.child.kill('SIGTERM');
      assert.equal(await command.ended, 0);
      assert.match(command.output(), /SIGTERM: closing/);
    });
  }

  it('SIGTERM ends npm start in an orderly way', async () => {
    const command = runNpmScript('start', [], {});
    running = command;
    await command.seen(/window \S+: \d+ users/);
    command.child.kill('SIGTERM');
    assert.equal(await command.ended, 0);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`${signal} ends npm run producer with its summary`, async () => {
      const command = runNpmScript('producer', ['--generate', '1000000', '--rate', '200'], {
        KAFKA_BROKERS: broker.address,
      });
      running = command;
      await command.seen(/^\d+ records/m);
      // Ctrl-C on a terminal: all of the group get it, and npm hands it on as well.
      if (signal === 'SIGINT') signalGroup(signal);
      else command.child.kill(signal);
      assert.equal(await command.ended, 0);
      assert.match(command.output(), /^\{"produced":\d+,"failed":0,/m);
    });
  }
});
