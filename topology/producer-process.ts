import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ProducerResult {
  readonly produced: number;
  readonly exitCode: number;
}

const PROGRAM = fileURLToPath(new URL('../producer/main.js', import.meta.url));
export const SAMPLE_USERS = fileURLToPath(new URL('../../producer/sample-users.json', import.meta.url));

/** Runs the producer in a process of its own, as `npm run producer -- FILE` does. `signal` ends it. */
export async function runProducer(file: string, brokers: string, signal: AbortSignal): Promise<ProducerResult> {
  const child = spawn(process.execPath, [PROGRAM, file], {
    env: { ...process.env, KAFKA_BROKERS: brokers },
    // The channel shows the child when this process ends, for whatever reason.
    stdio: ['inherit', 'pipe', 'inherit', 'ipc'],
  });
  const stop = (): boolean => child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  try {
    let last = '{}';
    // It is a pipe, as requested.
    if (child.stdout === null) throw new Error('the producer has no standard output');
    createInterface({ input: child.stdout }).on('line', line => {
      last = line;
    });
    const [exitCode] = (await once(child, 'close')) as [number | null];
    const { produced = 0 } = JSON.parse(last) as { produced?: number };
    return { produced, exitCode: exitCode ?? 1 };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
