import type { Consumer, Ports, Producer, UnreadableBatch } from '../../kafka/ports.js';
import type { StreamsConfig } from '../streams-config.js';

const POLL_TIMEOUT_MS = 50;
/** An open transaction of a dead process holds up its readers for this long, as in Java Kafka Streams. */
const LEAST_TRANSACTION_TIMEOUT_MS = 10_000;

/**
 * The clients of one worker: a static member of the group, and a transactional id. Both are named after the instance.
 */
export class WorkerClients {
  readonly consumer: Consumer;
  readonly restoreConsumer: Consumer;
  readonly producer: Producer;

  /** `memberId`: the `group.instance.id`. */
  constructor(ports: Ports, config: StreamsConfig, instanceId: string, memberId: string) {
    const { applicationId } = config;
    const name = `${applicationId}-${instanceId}`;
    const transactions = { transactionalId: name, transactionTimeoutMs: transactionTimeout(config) };
    this.consumer = ports.consumer({
      clientId: `${name}-consumer`,
      groupId: applicationId,
      groupInstanceId: memberId,
      groupProtocol: config.groupProtocol,
      pollTimeoutMs: POLL_TIMEOUT_MS,
    });
    this.restoreConsumer = ports.consumer({ clientId: `${name}-restore-consumer`, pollTimeoutMs: POLL_TIMEOUT_MS });
    this.producer = ports.producer({
      clientId: `${name}-producer`,
      ...(config.processingGuarantee === 'exactly_once_v2' ? transactions : {}),
    });
  }

  get unreadable(): readonly UnreadableBatch[] {
    return [...this.consumer.unreadable, ...this.restoreConsumer.unreadable];
  }

  async connect(): Promise<void> {
    await Promise.all([this.consumer.connect(), this.restoreConsumer.connect(), this.producer.connect()]);
  }

  /** Rejects after all are closed, with the error of one of them. */
  async close(): Promise<void> {
    const closing = [this.consumer.close(), this.restoreConsumer.close(), this.producer.close()];
    const failed = (await Promise.allSettled(closing)).find(result => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}

/** The consumer of the global topics: each process reads all their partitions. */
export function globalConsumer(ports: Ports, { applicationId }: StreamsConfig, instanceId: string): Consumer {
  const clientId = `${applicationId}-${instanceId}-global-consumer`;
  return ports.consumer({ clientId, followsTopicIds: true, pollTimeoutMs: POLL_TIMEOUT_MS });
}

/** No transaction may time out while it waits for its commit. */
function transactionTimeout({ commitIntervalMs }: StreamsConfig): number {
  return Math.max(LEAST_TRANSACTION_TIMEOUT_MS, 3 * commitIntervalMs);
}
