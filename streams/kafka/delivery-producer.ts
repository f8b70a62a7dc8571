import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import kafka from 'node-rdkafka';
import { type ClusterConfig, producerConfig } from './client-config.js';
import { attemptTimeoutMs, connectOnce, noAnswer, onConnectionFailure } from './connect-attempt.js';
import { OutageReports } from './outage-reports.js';
import { KafkaClientError } from './ports.js';

export interface DeliveryProducerOptions {
  readonly cluster: ClusterConfig;
  /** How long `connect` keeps trying, in milliseconds. Default: 60,000. */
  readonly connectTimeoutMs?: number;
  /** A record without an acknowledgement counts as failed after this time, in milliseconds. Default: 120,000. */
  readonly deliveryTimeoutMs?: number;
  /** Called with the reason while the cluster does not answer, at growing intervals. The producer keeps trying. */
  readonly onWaiting?: (reason: string) => void;
}

/** Delivered and failed records. All other records are still in flight. */
export interface DeliveryCounts {
  readonly sent: number;
  /** Acknowledged by the cluster. */
  readonly delivered: number;
  /** Given up. None of them will be delivered later, unless `close` came first. */
  readonly failed: number;
  /** The reason of the first failure. */
  readonly firstError: string | undefined;
}

// Reports of delivered records wait in memory for this thread. So the bound is their number, not the client's queue.
const MAX_IN_FLIGHT = 50_000;
const MAX_QUEUE_KBYTES = 32_768;
const POLL_INTERVAL_MS = 20;
const FLUSH_SLICE_MS = 500;
const GIVE_UP_AFTER_ABORT_MS = 5_000;

/** Events have no code. Their reason is only in a log line. */
const ALL_BROKERS_DOWN = 'all broker connections are down';

const { ERRORS } = kafka.CODES;
const UNREACHABLE: ReadonlySet<number> = new Set([
  ERRORS.ERR__TRANSPORT,
  ERRORS.ERR__TIMED_OUT,
  ERRORS.ERR__ALL_BROKERS_DOWN,
  ERRORS.ERR__RESOLVE,
]);

/**
 * An idempotent producer without transactions that counts delivery reports. Keyed records go to the partition where
 * Java's clients put them (`murmur2_random`). `send` needs no promise. A full queue is back-pressure: nothing is
 * dropped.
 */
export class DeliveryProducer {
  readonly #options: DeliveryProducerOptions;
  #client: kafka.Producer;
  #sent = 0;
  #delivered = 0;
  #failed = 0;
  #firstError: string | undefined;
  #lastError: string | undefined;
  readonly #outages = new OutageReports(() => performance.now());

  /** @throws Error of librdkafka for an unknown property in the cluster's `clientConfig`, or a wrong value */
  constructor(options: DeliveryProducerOptions) {
    this.#options = options;
    this.#client = this.#createClient();
  }

  get counts(): DeliveryCounts {
    return { sent: this.#sent, delivered: this.#delivered, failed: this.#failed, firstError: this.#firstError };
  }

  /**
   * Resolves when the cluster has answered. Keeps trying until then.
   *
   * @throws KafkaClientError if it has not answered within `connectTimeoutMs`, `signal` is aborted, or the client can't
   * work with its configuration
   */
  async connect(signal?: AbortSignal): Promise<void> {
    const deadline = performance.now() + (this.#options.connectTimeoutMs ?? 60_000);
    for (let attempt = 0; ; attempt++) {
      const attemptMs = Math.max(1, Math.min(attemptTimeoutMs(attempt), deadline - performance.now()));
      const failure = await connectOnce(this.#client, Math.round(attemptMs));
      if (failure === undefined) break;
      if (!UNREACHABLE.has(failure.code)) throw new KafkaClientError(failure.message, 'fatal', failure.code);
      this.#lastError ??= failure.message;
      if (performance.now() >= deadline || signal?.aborted) {
        throw new KafkaClientError(this.#outage(), 'retriable', failure.code);
      }
      this.#wait();
      // A client that failed to connect stays disconnected.
      this.#client = this.#createClient();
    }
    await this.#handOverEvents();
    this.#outages.end();
    this.#client.setPollInterval(POLL_INTERVAL_MS);
  }

  /**
   * Queues the record. With a null key the client chooses the partition. Returns false, and takes nothing, if the queue
   * is full: send it again after `drained()`. A record that is too large counts as failed.
   *
   * @param timestamp milliseconds since the epoch
   * @throws KafkaClientError if the client can't go on
   */
  send(topic: string, key: Buffer | string | null, value: Buffer | null, timestamp: number): boolean {
    if (this.#inFlight >= MAX_IN_FLIGHT) return false;
    try {
      this.#client.produce(topic, null, value, key, timestamp);
    } catch (error) {
      const { code, message } = clientError(error);
      if (code === ERRORS.ERR__QUEUE_FULL) return false;
      if (code !== ERRORS.ERR_MSG_SIZE_TOO_LARGE) {
        throw new KafkaClientError(message, 'fatal', code, { cause: error });
      }
      this.#failed += 1;
      this.#firstError ??= message;
    }
    this.#sent += 1;
    return true;
  }

  /** Resolves when the queue has room again, or `signal` was aborted. */
  async drained(signal?: AbortSignal): Promise<void> {
    do {
      this.#client.poll();
      await sleep(1);
    } while (this.#inFlight > MAX_IN_FLIGHT / 2 && !signal?.aborted);
  }

  /**
   * Resolves when each record is delivered or has failed, at the latest after the delivery time-out, or some seconds
   * after `signal` was aborted. Then `counts` shows the records still in flight.
   */
  async flush(signal?: AbortSignal): Promise<void> {
    let abortedAt: number | undefined;
    while (this.#inFlight > 0) {
      if (signal?.aborted) {
        abortedAt ??= performance.now();
        if (performance.now() - abortedAt >= GIVE_UP_AFTER_ABORT_MS) return;
      }
      await flushOnce(this.#client, FLUSH_SLICE_MS);
      // The client's flush ends before its last reports have reached this thread.
      await sleep(1);
    }
  }

  /** Disconnects, without waiting for records in flight. */
  async close(): Promise<void> {
    this.#client.setPollInterval(0);
    if (!this.#client.isConnected()) return;
    await new Promise<void>(resolve => this.#client.disconnect(1, () => resolve()));
  }

  get #inFlight(): number {
    return this.#sent - this.#delivered - this.#failed;
  }

  #createClient(): kafka.Producer {
    const { client: properties, topic } = producerConfig(this.#options.cluster, {
      'enable.idempotence': true,
      'compression.codec': 'lz4',
      'linger.ms': 5,
      'queue.buffering.max.messages': 2 * MAX_IN_FLIGHT,
      'queue.buffering.max.kbytes': MAX_QUEUE_KBYTES,
      'message.timeout.ms': this.#options.deliveryTimeoutMs ?? 120_000,
      dr_cb: true,
    });
    const client = new kafka.Producer(properties, topic);
    client.on('delivery-report', error => {
      if (error) {
        this.#failed += 1;
        this.#firstError ??= error.message;
      } else {
        this.#delivered += 1;
        this.#outages.end();
      }
    });
    onConnectionFailure(client, reason => {
      this.#lastError = reason;
    });
    client.on('event.error', error => {
      if (error.message === ALL_BROKERS_DOWN) this.#wait();
    });
    return client;
  }

  /**
   * What the client met on its way to the cluster is still in its queue, and belongs to the outage that is over. `poll`
   * hands it to the event loop, which gives it to the listeners in its next turn: after the second immediate.
   */
  async #handOverEvents(): Promise<void> {
    this.#client.poll();
    await immediate();
    await immediate();
  }

  #wait(): void {
    if (this.#outages.isDue()) this.#options.onWaiting?.(this.#outage());
  }

  #outage(): string {
    return noAnswer(this.#options.cluster.brokers, this.#lastError);
  }
}

function flushOnce(client: kafka.Producer, timeoutMs: number): Promise<void> {
  // Its only error is a time-out.
  return new Promise(resolve => client.flush(timeoutMs, () => resolve()));
}

function clientError(error: unknown): { readonly code: number; readonly message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return { code: typeof code === 'number' ? code : ERRORS.ERR__FAIL, message };
}
