import { setTimeout as sleep } from 'node:timers/promises';
import kafka from 'node-rdkafka';
import { type ClusterConfig, producerConfig } from './client-config.js';
import { attemptTimeoutMs, connectOnce, noAnswer, onConnectionFailure } from './connect-attempt.js';
import { OutageReports } from './outage-reports.js';
import { KafkaClientError } from './ports.js';

export interface DeliveryProducerOptions {
  readonly cluster: ClusterConfig;
  /** How long `connect` keeps trying, milliseconds; 60,000 if not given. */
  readonly connectTimeoutMs?: number;
  /** After this long without an acknowledgement a record counts as failed, milliseconds; 120,000 if not given. */
  readonly deliveryTimeoutMs?: number;
  /** Called while the cluster does not answer, at intervals that grow, with the reason; the producer goes on trying. */
  readonly onWaiting?: (reason: string) => void;
}

/** What became of the records that were sent; those that are neither are still on their way. */
export interface DeliveryCounts {
  readonly sent: number;
  /** Acknowledged by the cluster. */
  readonly delivered: number;
  /** Given up; none of these will be delivered later, unless `close` came first. */
  readonly failed: number;
  /** Why the first of the failed ones failed. */
  readonly firstError: string | undefined;
}

// Reports of delivered records wait in memory for this thread, so not the client's queue but their number is the bound.
const MAX_IN_FLIGHT = 50_000;
const MAX_QUEUE_KBYTES = 32_768;
const POLL_INTERVAL_MS = 20;
const FLUSH_SLICE_MS = 500;
const GIVE_UP_AFTER_ABORT_MS = 5_000;

/** Events carry no code, and their reason only in a log line. */
const ALL_BROKERS_DOWN = 'all broker connections are down';

const { ERRORS } = kafka.CODES;
const UNREACHABLE: ReadonlySet<number> = new Set([
  ERRORS.ERR__TRANSPORT,
  ERRORS.ERR__TIMED_OUT,
  ERRORS.ERR__ALL_BROKERS_DOWN,
  ERRORS.ERR__RESOLVE,
]);

/**
 * An idempotent producer without transactions that counts delivery reports. Keyed records land in the partition where
 * Java's clients put them (`murmur2_random`). `send` costs no promise; a full queue is back-pressure, nothing is dropped.
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

  /** @throws Error of librdkafka when it does not know a property of the cluster's `clientConfig`, or its value */
  constructor(options: DeliveryProducerOptions) {
    this.#options = options;
    this.#client = this.#createClient();
  }

  get counts(): DeliveryCounts {
    return { sent: this.#sent, delivered: this.#delivered, failed: this.#failed, firstError: this.#firstError };
  }

  /**
   * Resolves when the cluster answered; keeps trying until then.
   *
   * @throws KafkaClientError when it has not answered within `connectTimeoutMs`, `signal` is aborted, or the client can't
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
    this.#outages.end();
    this.#client.setPollInterval(POLL_INTERVAL_MS);
  }

  /**
   * Queues the record; a null key leaves the choice of the partition to the client. Returns false, and takes nothing,
   * when the queue is full: send it again after `drained()`. A record that is too large counts as failed.
   *
   * @param timestamp milliseconds since the epoch
   * @throws KafkaClientError when the client can go on no longer
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

  /** Resolves when there is room in the queue again, or `signal` was aborted. */
  async drained(signal?: AbortSignal): Promise<void> {
    do {
      this.#client.poll();
      await sleep(1);
    } while (this.#inFlight > MAX_IN_FLIGHT / 2 && !signal?.aborted);
  }

  /**
   * Resolves when each record that was sent is delivered or has failed; no later than the delivery time-out allows, or
   * some seconds after `signal` was aborted (`counts` then shows records still on their way).
   */
  async flush(signal?: AbortSignal): Promise<void> {
    let abortedAt: number | undefined;
    while (this.#inFlight > 0) {
      if (signal?.aborted) {
        abortedAt ??= performance.now();
        if (performance.now() - abortedAt >= GIVE_UP_AFTER_ABORT_MS) return;
      }
      await flushOnce(this.#client, FLUSH_SLICE_MS);
      // The client's flush ends before its last reports have come to this thread.
      await sleep(1);
    }
  }

  /** Disconnects, without waiting for records that are still on their way. */
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

  #wait(): void {
    if (this.#outages.isDue()) this.#options.onWaiting?.(this.#outage());
  }

  #outage(): string {
    return noAnswer(this.#options.cluster.brokers, this.#lastError);
  }
}

function flushOnce(client: kafka.Producer, timeoutMs: number): Promise<void> {
  // Its only error is that the time is up.
  return new Promise(resolve => client.flush(timeoutMs, () => resolve()));
}

function clientError(error: unknown): { readonly code: number; readonly message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return { code: typeof code === 'number' ? code : ERRORS.ERR__FAIL, message };
}
