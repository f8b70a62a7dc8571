/**
 * The process of an embedded broker: librdkafka's mock cluster lives in the client that starts it. It talks to its
 * parent only over IPC, and ends when its parent ends, for whatever reason.
 */
import kafka from 'node-rdkafka';

/** The first and only message to the parent. */
export type EmbeddedBrokerMessage =
  | { readonly kind: 'ready'; readonly brokers: readonly string[] }
  | { readonly kind: 'failed'; readonly reason: string };

const METADATA_TIMEOUT_MS = 10_000;

/** Nothing in memory needs an orderly end, and a client's destructors may wait for clients that are still connected. */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

function run(brokers: number): void {
  process.on('disconnect', end);
  // The parent may have died before this listener was added.
  if (!process.connected) end();
  // Ctrl-C of a terminal and SIGTERM of a service manager reach the whole process group. The parent still needs its
  // broker for the last commit, and ends it after that.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

  const report = (message: EmbeddedBrokerMessage) => process.send?.(message);
  // The types of the client do not have this property.
  const config = { 'client.id': 'embedded-broker', 'test.mock.num.brokers': brokers };
  const owner = new kafka.Producer(config);
  owner.connect({ timeout: METADATA_TIMEOUT_MS }, (error, metadata) => {
    if (error) report({ kind: 'failed', reason: error.message });
    else report({ kind: 'ready', brokers: metadata.brokers.map(broker => `${broker.host}:${broker.port}`) });
  });
}

run(Number(process.argv[2]));
