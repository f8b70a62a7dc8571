import { type ChildProcess, fork } from 'node:child_process';
import { type Logger, runStreamProcesses } from 'tributary';
import { WRONG_SETTING } from '../command/exit-codes.js';
import type { UsersConfig } from './environment.js';
import { onTermination } from './termination.js';

/** Runs the topology in `STREAM_PROCESSES` processes, and resolves with the exit code for all of them. */
export async function runProcesses(program: string, config: UsersConfig, logger: Logger): Promise<number> {
  const stopping = new AbortController();
  onTermination(process, logger, async () => stopping.abort());
  return await runStreamProcesses({
    count: config.streamProcesses,
    start: index => startProcess(program, config.http.port, index),
    logger,
    signal: stopping.signal,
    fatalExitCode: WRONG_SETTING,
  });
}

function startProcess(program: string, port: number | undefined, index: number): ChildProcess {
  const own = port === undefined || port === 0 ? {} : { HTTP_PORT: String(port + index) };
  return fork(program, { env: { ...process.env, STREAM_PROCESSES: '1', ...own } });
}
