import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { resumeOnError } from '../../streams/index.js';
import { KafkaClientError } from '../../streams/kafka/ports.js';
import { PrometheusMetrics } from '../../streams/metrics/prometheus-metrics.js';
import { MemoryStateDirectory } from '../../streams/testing/memory-state-directory.js';
import { CHECKOUT } from '../broker/checkout.js';
import { TestApplication } from '../runtime/test-application.js';
import { parseExposition, type ScrapedMetric, seriesValue } from './exposition.js';
import { STATISTICS } from './statistics.js';

/** Only while a task is being restored, of standbys, and of global stores. */
const NOT_OF_THIS_RUN = [
  'kafka_streams_stream_task_metrics_restore_remaining_records_total',
  'kafka_streams_stream_task_metrics_standby_lag',
  'kafka_streams_global_store_metrics_records_total',
  'kafka_streams_global_store_metrics_dropped_records_total',
  'kafka_streams_global_store_metrics_failed_records_total',
  'kafka_streams_global_store_metrics_restore_remaining_records',
];

interface Run {
  readonly scraped: ReadonlyMap<string, ScrapedMetric>;
  /** Records, one of which is a dead letter. */
  readonly sent: number;
}

describe('docs/metrics.md', () => {
  const app = new TestApplication();
  let documented: ReadonlyMap<string, string>;
  let scraped: Run['scraped'];
  let sent: number;

  before(async () => {
    documented = await documentedMetrics();
    ({ scraped, sent } = await scrapeOfARun(app));
  });

  after(() => app.close());

  it('names metrics', () => assert.ok(documented.size > 35, String(documented.size)));

  it('has every metric of the runtime, and none that there is not, with their types', () => {
    const own = [...scraped]
      .filter(([name]) => !/^(process|nodejs)_/.test(name))
      .map(([name, { type }]) => [name, type]);
    assert.deepEqual(own.sort(), [...documented].sort());
  });

  it('has no metric that stays empty', () => {
    const empty = [...documented.keys()].filter(name => scraped.get(name)?.samples.length === 0);
    assert.deepEqual(empty, NOT_OF_THIS_RUN);
  });

  it('names the labels', async () => {
    const text = await section();
    const labels = [...documented.keys()].flatMap(name =>
      scraped.get(name)?.samples.flatMap(s => Object.keys(s.labels)),
    );
    for (const label of new Set(labels)) if (label !== 'le') assert.ok(text.includes(`\`${label}\``), label);
  });

  it('shows of a run what happened in it', () => {
    const of = (name: string, labels: Record<string, string> = {}): number | undefined =>
      seriesValue(scraped, `kafka_streams_stream_${name}`, labels);
    const task = { task_id: '0_0' };
    assert.equal(of('task_metrics_process_total', task), sent);
    assert.equal(of('task_metrics_dead_letter_records_total', task), 1);
    assert.equal(of('topic_metrics_records_consumed_total', { ...task, topic_name: 'in' }), sent);
    assert.equal(of('topic_metrics_records_produced_total', { ...task, topic_name: 'out' }), sent - 1);
    assert.equal(of('task_metrics_restore_total', { ...task, state_id: 'counts' }), 1);
    assert.equal(of('metrics_client_state'), 2);
    assert.equal(of('thread_metrics_abort_total'), 1);
    const info = { application_id: 'app', instance_id: 'test', application_server: 'here:8081' };
    assert.equal(of('metrics_info', info), 1);
  });
});

/**
 * A scrape of an application that has processed, rejected, aborted, restored and persisted, with the statistics of a client
 * beside it.
 */
async function scrapeOfARun(app: TestApplication): Promise<Run> {
  app.createTopics();
  const options = {
    applicationServer: 'here:8081',
    deadLetterTopic: 'rejected',
    processingExceptionHandler: resumeOnError,
  };
  const before = app.create(options);
  before.start();
  app.send(1);
  await app.until(() => app.output().length === 1);
  await before.close();
  app.directory = new MemoryStateDirectory();
  const registry = new Registry();
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const metrics = new PrometheusMetrics(registry, silent, app.clock);
  collectDefaultMetrics({ register: registry });
  metrics.onStatistics(JSON.stringify(STATISTICS));
  const streams = app.create(options, { metrics: metrics.worker });
  metrics.observe(streams);
  streams.start();
  await app.until(() => streams.state === 'RUNNING');
  app.cluster.failNextCommit(new KafkaClientError('fails as the test requests', 'abort', -1));
  app.send(2);
  app.send(-1);
  for (let sent = 3; ; sent++) {
    await app.until(() => streams.tasks.some(({ counts }) => counts.in.in === sent));
    const scraped = parseExposition(await registry.metrics());
    const name = 'kafka_streams_stream_state_metrics_flushed_entries_total';
    if (seriesValue(scraped, name, { task_id: '0_0' }) !== undefined) return { scraped, sent };
    // Entries go to disk some seconds after they were committed, with a later commit.
    app.clock.aheadMs += 3000;
    app.send(sent);
  }
}

/** Types by name, of the part about a topology process. */
async function documentedMetrics(): Promise<ReadonlyMap<string, string>> {
  const metrics = new Map<string, string>();
  for (const line of (await section()).split('\n')) {
    const [, names, type] = /^\| (`[^|]*`) *\| (counter|gauge|histogram) *\|/.exec(line) ?? [];
    if (names === undefined || type === undefined) continue;
    for (const [, name = ''] of names.matchAll(/`([^`]*)`/g)) metrics.set(name, type);
  }
  return metrics;
}

async function section(): Promise<string> {
  const text = await readFile(path.join(CHECKOUT, 'docs', 'metrics.md'), 'utf8');
  const [, processPart = ''] = /## Of each topology process(.*?)\n## /s.exec(text) ?? [];
  return processPart;
}
