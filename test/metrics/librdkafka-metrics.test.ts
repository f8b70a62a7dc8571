import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { Registry } from 'prom-client';
import { LibrdkafkaMetrics } from '../../streams/metrics/librdkafka-metrics.js';
import { parseExposition, type ScrapedMetric, seriesValue } from './exposition.js';
import { STATISTICS } from './statistics.js';

describe('LibrdkafkaMetrics', () => {
  let registry: Registry;
  let metrics: LibrdkafkaMetrics;
  let warnings: string[];
  let now: number;

  beforeEach(() => {
    registry = new Registry();
    warnings = [];
    now = 0;
    const logger = { debug() {}, info() {}, warn: (message: string) => void warnings.push(message), error() {} };
    metrics = new LibrdkafkaMetrics(registry, logger, { monotonic: () => now });
  });

  const scrape = async (): Promise<ReadonlyMap<string, ScrapedMetric>> => parseExposition(await registry.metrics());

  it('shows the latest statistics of each client', async () => {
    metrics.add(JSON.stringify({ ...STATISTICS, tx: 1 }));
    metrics.add(JSON.stringify(STATISTICS));
    metrics.add(JSON.stringify({ ...STATISTICS, client_id: 'other', tx: 3 }));
    const scraped = await scrape();
    const client = { client_id: 'app-i1-consumer' };
    assert.equal(seriesValue(scraped, 'librdkafka_tx_total', client), 10);
    assert.equal(seriesValue(scraped, 'librdkafka_rx_bytes_total', client), 761);
    assert.equal(seriesValue(scraped, 'librdkafka_rxmsgs_total', client), 12);
    assert.equal(seriesValue(scraped, 'librdkafka_cgrp_rebalance_total', client), 2);
    assert.equal(seriesValue(scraped, 'librdkafka_tx_total', { client_id: 'other' }), 3);
  });

  it('shows each broker, round trips in seconds and only where there was one', async () => {
    metrics.add(JSON.stringify(STATISTICS));
    const scraped = await scrape();
    const first = { client_id: 'app-i1-consumer', broker: '127.0.0.1:9092/1' };
    assert.equal(seriesValue(scraped, 'librdkafka_broker_rtt_seconds', first), 0.0009);
    assert.equal(seriesValue(scraped, 'librdkafka_broker_req_timeouts_total', first), 4);
    assert.equal(seriesValue(scraped, 'librdkafka_broker_txretries_total', first), 5);
    const names = scraped.get('librdkafka_broker_rtt_seconds')?.samples.map(({ labels }) => labels.broker);
    assert.deepEqual(names, ['127.0.0.1:9092/1']);
  });

  it('leaves out what is not there or is not a number', async () => {
    metrics.add(JSON.stringify({ client_id: 'odd', tx: 'many', rx: -1, cgrp: null, brokers: 7 }));
    metrics.add(JSON.stringify({ client_id: 'bare' }));
    const samples = [...(await scrape()).values()].flatMap(metric => metric.samples);
    assert.deepEqual(samples, []);
    assert.deepEqual(warnings, []);
  });

  it('reports once that a message can not be read, and goes on', async () => {
    for (const message of ['', '{"client_id":', 'null', '[]', '{}']) metrics.add(message);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /^statistics of librdkafka can't be read: .+$/);
    metrics.add(JSON.stringify(STATISTICS));
    assert.equal(seriesValue(await scrape(), 'librdkafka_tx_total', { client_id: 'app-i1-consumer' }), 10);
  });

  it('forgets a client that reports no more', async () => {
    metrics.add(JSON.stringify(STATISTICS));
    now = 60_001;
    metrics.add(JSON.stringify({ ...STATISTICS, client_id: 'other' }));
    const clients = (await scrape()).get('librdkafka_tx_total')?.samples.map(({ labels }) => labels.client_id);
    assert.deepEqual(clients, ['other']);
  });
});
