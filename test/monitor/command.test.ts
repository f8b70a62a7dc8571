import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, it } from 'mocha';
import { type RunningCommand, runCommand } from '../topology/command.js';

/** Nothing listens there. */
const UNREACHABLE = '127.0.0.1:1';
const SECRET = 'Tr0ub4dor&3';

describe('npm run monitor', function () {
  this.timeout(40_000);
  const running: RunningCommand[] = [];

  afterEach(async () => {
    for (const { child, ended } of running.splice(0)) {
      child.kill('SIGKILL');
      await ended;
    }
  });

  const run = (environment: Readonly<Record<string, string>>): RunningCommand => {
    const command = runCommand('monitor/main', [], { KAFKA_BROKERS: UNREACHABLE, HTTP_PORT: '0', ...environment });
    running.push(command);
    return command;
  };

  it('ends with one line that names what is wrong, and exit code 2', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const wrong: readonly [Record<string, string>, RegExp][] = [
      [{ HTTP_PORT: 'eighty' }, /^HTTP_PORT must be a port .*\n$/],
      [{ HTTP_PORT: port }, /^HTTP_PORT \d+ is in use\n$/],
      [{ KAFKA_BROKERS: 'kafka' }, /^KAFKA_BROKERS .*\n$/],
    ];
    for (const [environment, message] of wrong) {
      const command = run(environment);
      assert.equal(await command.ended, 2);
      assert.match(command.output(), message);
    }
    const refused = run({ KAFKA_CONFIG_NO_SUCH_THING: 'x' });
    assert.equal(await refused.ended, 2);
    assert.match(refused.output(), /^KAFKA_CONFIG_NO_SUCH_THING: .*$/m);
    taken.close();
  });

  it('goes on without a cluster: says so once, on the page too, and shows no secret', async () => {
    const command = run({
      LOG_LEVEL: 'debug',
      KAFKA_CONFIG_SECURITY_PROTOCOL: 'sasl_plaintext',
      KAFKA_CONFIG_SASL_MECHANISMS: 'PLAIN',
      KAFKA_CONFIG_SASL_USERNAME: 'me',
      KAFKA_CONFIG_SASL_PASSWORD: SECRET,
      KAFKA_CONFIG_DEBUG: 'all',
    });
    const [, port] = await command.seen(/http on 127\.0\.0\.1 port (\d+)/);
    const get = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}/${path}`)).text();
    await command.seen(/the cluster does not answer/);
    const pages = await Promise.all(['healthz', 'readyz', 'snapshot', 'metrics', '', 'nothing'].map(get));
    for (const text of [...pages, command.output()]) assert.equal(text.includes(SECRET), false, text);
    assert.match(pages[3] ?? '', /^tributary_cluster_up 0$/m);
    assert.equal(command.output().split('the cluster does not answer').length, 2);
    command.child.kill('SIGTERM');
    assert.equal(await command.ended, 0);
  });
});
