import type { LibrdKafkaError, Producer } from 'node-rdkafka';

/**
 * The first attempt is short, so that an outage is reported soon. Further attempts are longer, because a cluster may be
 * far away.
 */
const FIRST_ATTEMPT_MS = 1500;
const LONGEST_ATTEMPT_MS = 10_000;
const POLL_MS = 100;

/** How long an attempt to connect waits. The first attempt is 0. */
export function attemptTimeoutMs(attempt: number): number {
  return Math.min(FIRST_ATTEMPT_MS * 2 ** attempt, LONGEST_ATTEMPT_MS);
}

/**
 * Resolves with the error of the attempt, or with undefined when the cluster has answered. A client that failed can't
 * be used again.
 */
export async function connectOnce(client: Producer, timeoutMs: number): Promise<LibrdKafkaError | undefined> {
  // Only polling reports the reason of a failure.
  const polling = setInterval(() => client.isConnected() && client.poll(), POLL_MS);
  try {
    return await new Promise(resolve => client.connect({ timeout: timeoutMs }, error => resolve(error ?? undefined)));
  } finally {
    clearInterval(polling);
  }
}

/** Calls `listener` with the reason when a connection of the client fails. Only the client's log has it. */
export function onConnectionFailure(client: Producer, listener: (reason: string) => void): void {
  client.on('event.log', ({ fac, message }: { readonly fac: string; readonly message: string }) => {
    if (fac === 'FAIL') listener(message.replace(/^\[thrd:.*?\]: /, ''));
  });
}

/** The message about a cluster that does not answer. */
export function noAnswer(brokers: string, reason: string | undefined): string {
  return `no answer from ${brokers}${reason === undefined ? '' : ` (${reason})`}`;
}
