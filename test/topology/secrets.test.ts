import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { CHECKOUT } from '../broker/checkout.js';
import { type RunningCommand, runCommand } from './command.js';

/** Nothing listens there. */
const UNREACHABLE = '127.0.0.1:1';
const SECRET = 'Tr0ub4dor&3';
const USERS = path.join(CHECKOUT, 'producer', 'sample-users.json');

/** Secrets with which the clients go on trying, and all that librdkafka can report. */
const PATIENT: Readonly<Record<string, string>> = {
  SECURITY_PROTOCOL: 'sasl_ssl',
  SASL_MECHANISMS: 'SCRAM-SHA-256',
  SASL_USERNAME: 'me',
  SASL_PASSWORD: SECRET,
  SSL_KEY_PASSWORD: SECRET,
  SSL_KEYSTORE_PASSWORD: SECRET,
  DEBUG: 'all',
};

/** Settings that the clients refuse. */
const REFUSED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'sasl.oauthbearer.client.secret': { SASL_OAUTHBEARER_CLIENT_SECRET: SECRET },
  'a property that there is not': { SASL_PASSWORD: SECRET, SASL_PASSWORT: SECRET },
  'a secret in the place of a choice': { SASL_PASSWORD: SECRET, SECURITY_PROTOCOL: SECRET },
};

describe('secrets in the settings', function () {
  this.timeout(30_000);
  let running: RunningCommand | undefined;

  afterEach(() => {
    running?.child.kill('SIGKILL');
    running = undefined;
  });

  function run(program: string, args: readonly string[], properties: Readonly<Record<string, string>>): RunningCommand {
    const settings = Object.entries(properties).map(([name, value]) => [`KAFKA_CONFIG_${name}`, value]);
    const environment = {
      KAFKA_BROKERS: UNREACHABLE,
      HTTP_PORT: '0',
      LOG_LEVEL: 'debug',
      ...Object.fromEntries(settings),
    };
    running = runCommand(program, args, environment);
    return running;
  }

  function assertTellsNothing(text: string): void {
    assert.equal(text.includes(SECRET), false, text);
  }

  it('are shown nowhere by the topology: not in its output, not over HTTP', async () => {
    const topology = run('topology/main', [], PATIENT);
    const [, port] = await topology.seen(/http on 127\.0\.0\.1 port (\d+)/);
    for (const page of ['healthz', 'readyz', 'status', 'metrics', 'topology', 'stores', 'stores/x', 'else']) {
      assertTellsNothing(await (await fetch(`http://127.0.0.1:${port}/${page}`)).text());
    }
    await topology.seen(/waiting for the cluster/);
    topology.child.kill('SIGTERM');
    assert.equal(await topology.ended, 0);
    assertTellsNothing(topology.output());
  });

  it('are shown nowhere by the producer', async () => {
    const producer = run('producer/main', [USERS, '--connect-timeout', '1s'], PATIENT);
    assert.equal(await producer.ended, 1);
    assert.match(producer.output(), /127\.0\.0\.1:1/);
    assertTellsNothing(producer.output());
  });

  for (const [what, properties] of Object.entries(REFUSED)) {
    for (const [program, args] of [
      ['topology/main', []],
      ['producer/main', [USERS]],
    ] as const) {
      it(`${what}: ${program} refuses it and names the variable alone`, async () => {
        const command = run(program, args, properties);
        assert.equal(await command.ended, 2);
        assert.match(command.output(), /^KAFKA_CONFIG_\w+: .*\n$/);
        assertTellsNothing(command.output());
      });
    }
  }

  it('in KAFKA_BROKERS are not shown', async () => {
    const topology = runCommand('topology/main', [], { KAFKA_BROKERS: `me:${SECRET}@localhost:9092`, HTTP_PORT: '0' });
    running = topology;
    assert.equal(await topology.ended, 2);
    assert.match(topology.output(), /^KAFKA_BROKERS must be .* "\[redacted\]@localhost:9092"\n$/);
  });
});
