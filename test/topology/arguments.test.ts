import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { type RunningCommand, runCommand } from './command.js';

const PROGRAMS = [
  ['npm start', 'topology/start'],
  ['npm run topology', 'topology/main'],
  ['npm run producer', 'producer/main'],
  ['npm run monitor', 'monitor/main'],
  ['npm run reset', 'topology/reset-main'],
  ['npm run bench', 'bench/main'],
  ['npm run bench:profile', 'bench/profile-main'],
  ['npm run bench:restore', 'bench/restore-main'],
  ['npm run chaos', 'test/chaos/main'],
] as const;

describe('the arguments of', function () {
  this.timeout(20_000);
  let running: RunningCommand | undefined;

  afterEach(() => {
    running?.child.kill('SIGKILL');
    running = undefined;
  });

  for (const [name, program] of PROGRAMS) {
    // A setting that is wrong shows that nothing is begun: it is not looked at.
    const run = async (...args: readonly string[]): Promise<[status: unknown, output: string]> => {
      running = runCommand(program, args, { LOG_LEVEL: 'loud' });
      return [await running.ended, running.output()];
    };

    it(`${name}: --help prints help, and starts nothing`, async () => {
      for (const flag of ['--help', '-h']) {
        const [status, output] = await run(flag);
        assert.equal(status, 0);
        assert.ok(output.startsWith(`Usage: ${name} -- `), output);
        assert.match(output, /-h, --help/);
      }
    });

    it(`${name}: an argument that is not known is an error in one line, and starts nothing`, async () => {
      for (const wrong of [['--nonsense'], ['--hlep'], ['one', 'two']]) {
        const [status, output] = await run(...wrong);
        assert.equal(status, 2);
        assert.match(output, /^(unknown option '--(nonsense|hlep)'|too many arguments).*\n$/);
      }
    });
  }
});
