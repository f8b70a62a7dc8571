import type { Registry } from 'prom-client';
import { z } from 'zod';
import type { Logger } from '../kafka/logger.js';
import type { Clock } from '../kafka/ports.js';
import { registerScraped } from './scraped-metric.js';

/** A client without statistics for this time is closed. */
const FORGOTTEN_AFTER_MS = 60_000;

const figure = z.number().nonnegative().optional().catch(undefined);

const broker = z.object({
  name: z.string(),
  source: z.string().optional(),
  /** Microseconds. */
  rtt: z.object({ avg: figure, cnt: figure }).optional().catch(undefined),
  req_timeouts: figure,
  txretries: figure,
});

const statistics = z.object({
  client_id: z.string(),
  tx: figure,
  rx: figure,
  tx_bytes: figure,
  rx_bytes: figure,
  txmsgs: figure,
  rxmsgs: figure,
  replyq: figure,
  msg_cnt: figure,
  msg_size: figure,
  cgrp: z.object({ rebalance_cnt: figure }).optional().catch(undefined),
  brokers: z.record(z.string(), broker).optional().catch(undefined),
});

type Statistics = z.infer<typeof statistics>;
type Broker = z.infer<typeof broker>;

interface ClientMetric {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly value: (client: Statistics) => number | undefined;
}

interface BrokerMetric {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly value: (broker: Broker) => number | undefined;
}

const OF_CLIENTS: readonly ClientMetric[] = [
  { name: 'tx_total', type: 'counter', help: 'Requests sent', value: client => client.tx },
  { name: 'rx_total', type: 'counter', help: 'Responses received', value: client => client.rx },
  { name: 'tx_bytes_total', type: 'counter', help: 'Bytes sent', value: client => client.tx_bytes },
  { name: 'rx_bytes_total', type: 'counter', help: 'Bytes received', value: client => client.rx_bytes },
  { name: 'txmsgs_total', type: 'counter', help: 'Records produced', value: client => client.txmsgs },
  { name: 'rxmsgs_total', type: 'counter', help: 'Records consumed', value: client => client.rxmsgs },
  { name: 'replyq', type: 'gauge', help: 'Operations waiting for the application', value: client => client.replyq },
  { name: 'msg_cnt', type: 'gauge', help: 'Records in the queue of the producer', value: client => client.msg_cnt },
  { name: 'msg_size', type: 'gauge', help: 'Bytes in the queue of the producer', value: client => client.msg_size },
  {
    name: 'cgrp_rebalance_total',
    type: 'counter',
    help: 'Rebalances of the consumer group that the client saw',
    value: client => client.cgrp?.rebalance_cnt,
  },
];

const OF_BROKERS: readonly BrokerMetric[] = [
  {
    name: 'broker_rtt_seconds',
    type: 'gauge',
    help: 'Average round trip of the last interval',
    value: ({ rtt }) => (rtt?.avg === undefined || rtt.cnt === 0 ? undefined : rtt.avg / 1_000_000),
  },
  {
    name: 'broker_req_timeouts_total',
    type: 'counter',
    help: 'Requests that timed out',
    value: ({ req_timeouts }) => req_timeouts,
  },
  { name: 'broker_txretries_total', type: 'counter', help: 'Requests sent again', value: ({ txretries }) => txretries },
];

/** The latest statistics of each librdkafka client, as metrics. */
export class LibrdkafkaMetrics {
  readonly #clients = new Map<string, { readonly statistics: Statistics; readonly at: number }>();
  readonly #logger: Logger;
  readonly #clock: Pick<Clock, 'monotonic'>;
  #complained = false;

  constructor(registry: Registry, logger: Logger, clock: Pick<Clock, 'monotonic'>) {
    this.#logger = logger;
    this.#clock = clock;
    for (const { name, type, help, value } of OF_CLIENTS) {
      registerScraped(registry, { name: `librdkafka_${name}`, type, help, labels: ['client_id'] }, () =>
        this.#living.map(client => ({ labels: { client_id: client.client_id }, value: value(client) })),
      );
    }
    for (const { name, type, help, value } of OF_BROKERS) {
      registerScraped(registry, { name: `librdkafka_${name}`, type, help, labels: ['client_id', 'broker'] }, () =>
        this.#living.flatMap(client =>
          Object.values(client.brokers ?? {})
            .filter(({ source }) => source !== 'internal')
            .map(broker => ({ labels: { client_id: client.client_id, broker: broker.name }, value: value(broker) })),
        ),
      );
    }
  }

  /** Takes statistics in librdkafka's JSON. Never throws: the first unreadable message is logged. */
  add(json: string): void {
    try {
      const read = statistics.parse(JSON.parse(json));
      this.#clients.set(read.client_id, { statistics: read, at: this.#clock.monotonic() });
    } catch (error) {
      if (this.#complained) return;
      this.#complained = true;
      const reason = error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : String(error);
      this.#logger.warn(`statistics of librdkafka can't be read: ${reason}`);
    }
  }

  get #living(): readonly Statistics[] {
    const now = this.#clock.monotonic();
    for (const [id, { at }] of this.#clients) if (now - at > FORGOTTEN_AFTER_MS) this.#clients.delete(id);
    return Array.from(this.#clients.values(), client => client.statistics);
  }
}
