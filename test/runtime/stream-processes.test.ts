import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, it } from 'mocha';
import { runStreamProcesses } from '../../streams/index.js';

const FATAL = 2;
/** Ends with 0 when it is asked to. */
const WORKS = "process.once('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000); console.log('up');";

describe('the processes of an application', function () {
  this.timeout(20_000);
  const started: { readonly index: number; readonly child: ChildProcess }[] = [];
  const messages: string[] = [];
  const say = (message: string): void => void messages.push(message);
  const logger = { debug: say, info: say, warn: say, error: say };
  let stopping: AbortController;

  afterEach(() => {
    for (const { child } of started.splice(0)) child.kill('SIGKILL');
    messages.length = 0;
  });

  const run = (count: number, program: (index: number, run: number) => string): Promise<number> => {
    stopping = new AbortController();
    return runStreamProcesses({
      count,
      start: index => {
        const times = started.filter(process => process.index === index).length;
        const child = spawn(process.execPath, ['-e', program(index, times)], { stdio: ['ignore', 'pipe', 'inherit'] });
        started.push({ index, child });
        return child;
      },
      logger,
      signal: stopping.signal,
      fatalExitCode: FATAL,
    });
  };
  /** The process at this place in the order of their starts is up. */
  const up = async (place: number): Promise<void> => {
    while (started.length <= place) await once(started.at(-1)?.child ?? process, 'exit').then(() => nextStart());
    const stdout = started[place]?.child.stdout;
    if (stdout) await once(stdout, 'data');
  };
  const nextStart = async (): Promise<void> => {
    const before = started.length;
    while (started.length === before) await new Promise(resolve => setTimeout(resolve, 20));
  };

  it('are as many as were asked for, and end with 0 when they are asked to', async () => {
    const code = run(3, () => WORKS);
    await Promise.all([up(0), up(1), up(2)]);
    stopping.abort();
    assert.equal(await code, 0);
    assert.deepEqual(started.map(({ index }) => index).sort(), [0, 1, 2]);
    assert.deepEqual(messages, []);
  });

  it('are started again when they end by themselves, with the place that they had', async () => {
    const code = run(2, (index, times) => (index === 1 && times === 0 ? 'process.exit(7)' : WORKS));
    await nextStart();
    await up(2);
    stopping.abort();
    assert.equal(await code, 0);
    assert.deepEqual(
      started.map(({ index }) => index),
      [0, 1, 1],
    );
    assert.deepEqual(messages, ['a stream process ended with 7, the next one follows in 1000 ms']);
  });

  it('all end if one reports that its configuration is wrong', async () => {
    const code = await run(2, index => (index === 1 ? `process.exit(${FATAL})` : WORKS));
    assert.equal(code, FATAL);
    assert.equal(started.length, 2);
    assert.ok(started.every(({ child }) => child.exitCode !== null || child.signalCode !== null));
  });

  it('give the exit code of the one that did not end well', async () => {
    const stubborn = "process.once('SIGTERM', () => process.exit(1)); setInterval(() => {}, 1000); console.log('up');";
    const code = run(2, index => (index === 1 ? stubborn : WORKS));
    await Promise.all([up(0), up(1)]);
    stopping.abort();
    assert.equal(await code, 1);
  });
});
