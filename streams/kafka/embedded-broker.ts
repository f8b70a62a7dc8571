import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EmbeddedBrokerMessage } from './embedded-broker-process.js';

export interface EmbeddedBrokerOptions {
  /** Number of brokers of the cluster. Default: 1. */
  readonly brokers?: number;
}

/**
 * A Kafka cluster in its own process on loopback. It is gone when it stops, or when its parent ends, also by `kill -9`.
 *
 * It is librdkafka's mock cluster: real protocol over TCP, consumer groups, transactions. Its limits: it keeps some 5
 * MB of a partition in memory, topics are created with 4 partitions on first use, nothing is compacted, and a
 * read_committed consumer sees the records of aborted transactions.
 */
export interface EmbeddedBroker {
  /** `host:port`, with several brokers `host:port,...`. */
  readonly address: string;
  readonly pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<void>;
  /** Ends the process with everything that it holds. A second call does nothing. */
  stop(): Promise<void>;
}

/**
 * Starts an embedded broker. Rejects with the reason if it can't. The broker keeps this process alive until it is
 * stopped.
 */
export async function startEmbeddedBroker(options: EmbeddedBrokerOptions = {}): Promise<EmbeddedBroker> {
  const program = fileURLToPath(new URL('./embedded-broker-process.js', import.meta.url));
  const child = fork(program, [String(options.brokers ?? 1)], {
    // Options of a debugger or profiler of the parent are not for the broker.
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  try {
    const { pid } = child;
    const brokers = await readyBrokers(child);
    if (pid === undefined) throw new Error('it has no process id');
    return { address: brokers.join(','), pid, exited, stop };
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`the embedded broker did not start: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function readyBrokers(child: ChildProcess): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`its process ended (${signal ?? `exit code ${code}`})`)));
    child.once('message', message => {
      const answer = message as EmbeddedBrokerMessage;
      if (answer.kind === 'ready') resolve(answer.brokers);
      else reject(new Error(answer.reason));
    });
  });
}
