import assert from 'node:assert/strict';
import { producerCommand } from '../../producer/command.js';
import { ConfigError } from '../../streams/kafka/config-error.js';

describe('producerCommand', () => {
  it('sends FILE to topic user of the local broker by default', () => {
    assert.deepEqual(producerCommand(['users.json'], {}), {
      kind: 'produce',
      input: { kind: 'file', path: 'users.json' },
      topic: 'user',
      rate: undefined,
      timestampsOverMs: undefined,
      connectTimeoutMs: 60_000,
      badLines: undefined,
      cluster: { brokers: 'localhost:9092', clientId: 'users-producer', clientConfig: {} },
      logLevel: 'info',
    });
  });

  it('takes its options and the environment', () => {
    const argv = '--generate 50 --seed 9 --topic t --rate 2.5 --timestamps-over 10m --connect-timeout 5s'.split(' ');
    const command = producerCommand(argv, { KAFKA_BROKERS: 'a:1,b:2', LOG_LEVEL: 'warn' });
    assert.deepEqual(command, {
      kind: 'produce',
      input: { kind: 'generate', count: 50, seed: 9 },
      topic: 't',
      rate: 2.5,
      timestampsOverMs: 600_000,
      connectTimeoutMs: 5_000,
      badLines: undefined,
      cluster: { brokers: 'a:1,b:2', clientId: 'users-producer', clientConfig: {} },
      logLevel: 'warn',
    });
  });

  it('reads standard input for "-"', () => {
    const command = producerCommand(['-'], {});
    assert.ok(command.kind === 'produce');
    assert.deepEqual(command.input, { kind: 'stdin' });
  });

  it('writes generated users to a file without any setting of Kafka', () => {
    assert.deepEqual(producerCommand(['--generate', '10', '--out', 'f.json'], { KAFKA_BROKERS: 'wrong' }), {
      kind: 'write',
      path: 'f.json',
      count: 10,
      seed: 1,
      logLevel: 'info',
    });
  });

  it('has a help text', () => {
    const command = producerCommand(['--help'], {});
    assert.ok(command.kind === 'help');
    assert.match(command.text, /--timestamps-over <duration>/);
  });

  const wrong: readonly (readonly [argv: string, env: NodeJS.ProcessEnv, named: RegExp])[] = [
    ['', {}, /^FILE or --generate/],
    ['a.json b.json', {}, /too many arguments/],
    ['a.json --generate 5', {}, /^FILE and --generate/],
    ['a.json --out b.json', {}, /^--out/],
    ['a.json --nonsense', {}, /--nonsense/],
    ['a.json --rate', {}, /--rate/],
    ['a.json --rate 0', {}, /^--rate/],
    ['a.json --rate fast', {}, /^--rate/],
    ['a.json --bad-file b', {}, /^--bad-file needs --skip-bad/],
    ['--generate 5 --skip-bad', {}, /^--skip-bad/],
    ['--generate 0', {}, /^--generate/],
    ['--generate 1.5', {}, /^--generate/],
    ['--generate 5 --seed -1', {}, /--seed/],
    ['a.json --topic a/b', {}, /^--topic/],
    ['a.json --timestamps-over 10', {}, /^--timestamps-over/],
    ['a.json --timestamps-over 0s', {}, /^--timestamps-over: must be above 0$/],
    ['- --timestamps-over 10m', {}, /^--timestamps-over/],
    ['a.json --connect-timeout soon', {}, /^--connect-timeout/],
    ['a.json', { LOG_LEVEL: 'loud' }, /^LOG_LEVEL/],
    ['a.json', { KAFKA_BROKERS: 'localhost' }, /^KAFKA_BROKERS/],
  ];
  for (const [argv, env, named] of wrong) {
    it(`names in one line what is wrong with "${argv}" ${JSON.stringify(env)}`, () => {
      assert.throws(
        () => producerCommand(argv.split(' ').filter(Boolean), env),
        (error: unknown) => error instanceof ConfigError && named.test(error.message) && !error.message.includes('\n'),
      );
    });
  }
});
