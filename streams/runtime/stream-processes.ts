import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../kafka/logger.js';

const FIRST_BACKOFF_MS = 1000;
const MAX_BACKOFF_MS = 30_000;
/** After a process has run for this long, its end has another cause than the previous one. */
const HEALTHY_AFTER_MS = 60_000;

export interface StreamProcessesOptions {
  readonly count: number;
  /** Starts a process. Numbers begin with 0. Each process is an instance of the application with its own slot. */
  readonly start: (index: number) => ChildProcess;
  readonly logger: Logger;
  /** When it is aborted, all processes get SIGTERM, and no more are started. */
  readonly signal: AbortSignal;
  /** A process that ends with this exit code is not started again: its configuration is wrong. */
  readonly fatalExitCode: number;
}

/**
 * Keeps a number of processes running (Java: `num.stream.threads`; native clients do not run in worker threads). A
 * process that ends by itself is started again, with back-off. When all have ended, it resolves with the exit code of
 * the whole: 0 if each process ended with 0 after SIGTERM.
 */
export async function runStreamProcesses(options: StreamProcessesOptions): Promise<number> {
  const giveUp = new AbortController();
  const signal = AbortSignal.any([options.signal, giveUp.signal]);
  const codes = await Promise.all(
    Array.from({ length: options.count }, async (_, index) => {
      const code = await keepRunning(() => options.start(index), { ...options, signal });
      // All processes have the same configuration. If one can't start with it, none can.
      if (code === options.fatalExitCode) giveUp.abort();
      return code;
    }),
  );
  return codes.includes(options.fatalExitCode) ? options.fatalExitCode : Math.max(...codes);
}

async function keepRunning(
  start: () => ChildProcess,
  { logger, signal, fatalExitCode }: StreamProcessesOptions,
): Promise<number> {
  for (let backoff = FIRST_BACKOFF_MS; ; backoff = Math.min(backoff * 2, MAX_BACKOFF_MS)) {
    if (signal.aborted) return 0;
    const startedAt = performance.now();
    const code = await ended(start(), signal);
    if (signal.aborted || code === fatalExitCode) return code;
    if (performance.now() - startedAt > HEALTHY_AFTER_MS) backoff = FIRST_BACKOFF_MS;
    logger.error(`a stream process ended with ${code}, the next one follows in ${backoff} ms`);
    await delay(backoff, undefined, { signal }).catch(() => {});
  }
}

/** The exit code of the process; 128 if a signal ended it. */
async function ended(child: ChildProcess, signal: AbortSignal): Promise<number> {
  const stop = (): boolean => child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  try {
    const [code] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? 128;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
