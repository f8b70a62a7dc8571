import { ConfigError } from 'tributary/kafka';
import { WRONG_SETTING } from '../command/exit-codes.js';
import { endWithParent } from '../command/parent.js';
import { producerCommand } from './command.js';
import { runProducer } from './run.js';
import { stopOnSignal } from './termination.js';
import { systemTimer } from './timer.js';

const stop = new AbortController();
stopOnSignal(process, stop);
endWithParent(process);
// Output for a terminal that is gone must not end the process before everything is delivered.
process.stderr.on('error', () => {});

try {
  const command = producerCommand(process.argv.slice(2), process.env);
  process.exitCode = await runProducer(command, {
    stdin: process.stdin,
    stderr: process.stderr,
    writeOut: text => process.stdout.write(text),
    timer: systemTimer,
    signal: stop.signal,
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof ConfigError ? WRONG_SETTING : 1;
}
