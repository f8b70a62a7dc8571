import { freePort } from '../broker/free-port.js';
import { type KafkaBroker, startKafka } from '../broker/kafka-broker.js';
import { deleteTopics, topicPartitions } from '../broker/topics.js';
import { type Connections, ProxyThread } from './proxy-thread.js';

/** The broker takes whatever timestamp there is: clocks and records are far from its own. */
const PROPERTIES = { 'log.message.timestamp.after.max.ms': '9223372036854775807' };

/** A broker, and for each process that there may be a proxy of its own before it. */
export interface Cluster {
  readonly broker: KafkaBroker;
  readonly proxies: readonly Connections[];
  /** What the processes get as broker, in the order of the proxies. */
  readonly addresses: readonly string[];
  close(): Promise<void>;
}

/** `properties` are settings of the broker. */
export async function startCluster(
  members: number,
  properties: Readonly<Record<string, string>> = {},
): Promise<Cluster> {
  const ports: number[] = [];
  for (let number = 0; number < members; number++) ports.push(await freePort());
  const broker = await startKafka({ proxies: ports, properties: { ...PROPERTIES, ...properties } });
  try {
    const thread = await ProxyThread.start(
      broker.proxied.map(({ advertised, port }) => ({ port: advertised, target: port })),
    );
    const close = async (): Promise<void> => {
      await thread.close();
      await broker.stop();
    };
    return { broker, proxies: thread.proxies, addresses: ports.map(port => `127.0.0.1:${port}`), close };
  } catch (error) {
    await broker.stop();
    throw error;
  }
}

/** Deletes what applications before have left, but for `kept`: the names of their topics are fixed. */
export async function clearTopics({ broker }: Cluster, kept: readonly string[] = []): Promise<void> {
  const present = [...(await topicPartitions(broker.address)).keys()];
  await deleteTopics(
    broker.address,
    present.filter(topic => !topic.startsWith('__') && !kept.includes(topic)),
  );
}
