import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../kafka/logger.js';

const FIRST_BACKOFF_MS = 1000;
const MAX_BACKOFF_MS = 30_000;
/** A process that ran for so long did not end for what the one before ended for. */
const HEALTHY_AFTER_MS = 60_000;

export interface StreamProcessesOptions {
  readonly count: number;
  /** Starts one, from 0 on; each is an instance of the application with a slot of its own. */
  readonly start: (index: number) => ChildProcess;
  readonly logger: Logger;
  /** Aborted: all are asked to end (SIGTERM), and none is started any more. */
  readonly signal: AbortSignal;
  /** A process with this exit code is not started again: what it was told is wrong. */
  readonly fatalExitCode: number;
}

/**
 * Keeps a number of processes running (Java: `num.stream.threads`; native clients do not run in worker threads). One that ends by
 * itself is started again, with back-off. Resolves, when all have ended, with the exit code for the whole: 0 if each ended
 * with 0 when it was asked to.
 */
export async function runStreamProcesses(options: StreamProcessesOptions): Promise<number> {
  const giveUp = new AbortController();
  const signal = AbortSignal.any([options.signal, giveUp.signal]);
  const codes = await Promise.all(
    Array.from({ length: options.count }, async (_, index) => {
      const code = await keepRunning(() => options.start(index), { ...options, signal });
      // One that can't start for what it was told is none of a group that can.
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

/** Its exit code; 128 and more, as a shell has it, if a signal ended it. */
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
