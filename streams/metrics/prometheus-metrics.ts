import type { Registry } from 'prom-client';
import type { Logger } from '../kafka/logger.js';
import type { Clock } from '../kafka/ports.js';
import type { ProcessStatus } from '../runtime/status/process-status.js';
import type { StreamsMetrics } from '../runtime/status/streams-metrics.js';
import { LibrdkafkaMetrics } from './librdkafka-metrics.js';
import { registerStatusMetrics } from './status-metrics.js';
import { WorkerMetrics } from './worker-metrics.js';

/**
 * The metrics of one process of an application, on a registry of prom-client. docs/metrics.md lists them. Pass `worker`
 * to KafkaStreams, `onStatistics` to the ports, and then the KafkaStreams to `observe`.
 */
export class PrometheusMetrics {
  readonly worker: StreamsMetrics;
  readonly #librdkafka: LibrdkafkaMetrics;
  #streams: { readonly status: ProcessStatus } | undefined;
  #status: ProcessStatus | undefined;

  constructor(registry: Registry, logger: Logger, clock: Clock) {
    const worker = new WorkerMetrics(registry, () => {
      const status = this.#scraped();
      if (status !== undefined) worker.keepTasks(new Set(status.tasks.map(({ id }) => id)));
    });
    this.worker = worker;
    registerStatusMetrics(registry, () => this.#scraped());
    this.#librdkafka = new LibrdkafkaMetrics(registry, logger, clock);
  }

  /** From now on scrapes show the status of these. */
  observe(streams: { readonly status: ProcessStatus }): void {
    this.#streams = streams;
  }

  /** Takes the JSON of librdkafka's statistics of a client. Never throws: an unexpected format is logged once. */
  readonly onStatistics = (json: string): void => this.#librdkafka.add(json);

  /** A scrape reads all its metrics in one turn of the event loop, so they show one status. */
  #scraped(): ProcessStatus | undefined {
    if (this.#status === undefined && this.#streams !== undefined) {
      this.#status = this.#streams.status;
      queueMicrotask(() => {
        this.#status = undefined;
      });
    }
    return this.#status;
  }
}
