import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import kafka, { type Metadata } from 'node-rdkafka';

const RETRY_MS = 50;
const METADATA_TIMEOUT_MS = 5_000;

/** Resolves when a client gets the metadata of a broker that is in service; rejects after `timeoutMs` or on abort. */
export async function brokerReady(port: number, timeoutMs: number, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await accepts(port))) {
    if (Date.now() > deadline) throw new Error(`nothing listens on port ${port} after ${timeoutMs} ms`);
    await delay(RETRY_MS, undefined, { signal });
  }
  while (!(await hasBroker(port))) {
    if (Date.now() > deadline) throw new Error(`no broker is in service on port ${port} after ${timeoutMs} ms`);
    await delay(RETRY_MS, undefined, { signal });
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function hasBroker(port: number): Promise<boolean> {
  const client = new kafka.Producer({ 'metadata.broker.list': `127.0.0.1:${port}`, 'client.id': 'broker-ready' });
  const metadata = await new Promise<Metadata | undefined>(resolve => {
    client.connect({ timeout: METADATA_TIMEOUT_MS }, (error, answer) => resolve(error ? undefined : answer));
  });
  await new Promise<void>(resolve => {
    if (client.isConnected()) client.disconnect(() => resolve());
    else resolve();
  });
  return metadata !== undefined && metadata.brokers.length > 0;
}
