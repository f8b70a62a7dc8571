import { execFile, spawnSync } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { CHECKOUT } from '../broker/checkout.js';
import type { Availability } from '../broker/maven-jars.js';

const run = promisify(execFile);

/** Building the image compiles librdkafka. */
const TIMEOUT_MS = 20 * 60_000;

describe('docker-compose.yml', function () {
  this.timeout(TIMEOUT_MS);
  const available = composeAvailable();
  if (!available.available) {
    it.skip(`skipped: ${available.reason}`);
    return;
  }

  it('brings up a system that loses nothing when it is killed, scaled and restarted (test/compose.sh)', async () => {
    const { stdout } = await run(path.join(CHECKOUT, 'test', 'compose.sh'), { timeout: TIMEOUT_MS - 60_000 }).catch(
      (error: Error & { readonly stdout?: string; readonly stderr?: string }) => {
        throw new Error(`${error.stdout ?? ''}${error.stderr ?? ''}`, { cause: error });
      },
    );
    if (!stdout.endsWith('\nok\n')) throw new Error(`it did not come to its end:\n${stdout}`);
  });
});

/** Whether a Docker engine answers, and there is a command for compose files. */
function composeAvailable(): Availability {
  const engine = spawnSync('docker', ['info', '--format', '{{.ServerVersion}}'], { encoding: 'utf8' });
  if (engine.error) return { available: false, reason: 'docker is not installed' };
  if (engine.status !== 0) return { available: false, reason: 'no Docker engine answers' };
  const commands: readonly (readonly [string, ...string[]])[] = [['docker-compose'], ['docker', 'compose']];
  const found = commands.some(([command, ...args]) => spawnSync(command, [...args, 'version']).status === 0);
  return found ? { available: true } : { available: false, reason: 'docker-compose is not installed' };
}
