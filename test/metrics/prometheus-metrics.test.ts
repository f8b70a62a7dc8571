import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { Registry } from 'prom-client';
import type { ProcessStatus } from '../../streams/index.js';
import { PrometheusMetrics } from '../../streams/metrics/prometheus-metrics.js';
import { ManualClock } from '../../streams/testing/manual-clock.js';
import { parseExposition, type ScrapedMetric, seriesValue } from './exposition.js';
import { processStatus, taskStatus } from './status.js';

const TASK = 'kafka_streams_stream_task_metrics';
const THREAD = 'kafka_streams_stream_thread_metrics';
const STATE = 'kafka_streams_stream_state_metrics';

describe('PrometheusMetrics', () => {
  let registry: Registry;
  let metrics: PrometheusMetrics;
  let status: ProcessStatus;
  let statusReads: number;

  beforeEach(() => {
    registry = new Registry();
    const silent = { debug() {}, info() {}, warn() {}, error() {} };
    metrics = new PrometheusMetrics(registry, silent, new ManualClock(0));
    status = processStatus();
    statusReads = 0;
  });

  const observe = (): void =>
    metrics.observe({
      get status() {
        statusReads += 1;
        return status;
      },
    });

  const scrape = async (): Promise<ReadonlyMap<string, ScrapedMetric>> => parseExposition(await registry.metrics());

  it('counts what the worker reports', async () => {
    const { worker } = metrics;
    worker.polled(30);
    worker.polled(12);
    worker.aborted();
    worker.rebalanced();
    worker.rebalanced();
    worker.taskCreated();
    worker.taskClosed();
    const scraped = await scrape();
    const values = ['poll_records', 'abort', 'rebalance', 'task_created', 'task_closed', 'commit'].map(name =>
      seriesValue(scraped, `${THREAD}_${name}_total`),
    );
    assert.deepEqual(values, [42, 1, 2, 1, 1, 0]);
  });

  it('reports durations in seconds', async () => {
    metrics.worker.committed(30);
    metrics.worker.committed(2000);
    metrics.worker.processed(500, 4);
    const scraped = await scrape();
    const commit = `${THREAD}_commit_latency_seconds`;
    assert.equal(seriesValue(scraped, `${THREAD}_commit_total`), 2);
    assert.equal(seriesValue(scraped, `${commit}_sum`), 2.03);
    assert.equal(seriesValue(scraped, `${commit}_count`), 2);
    assert.equal(seriesValue(scraped, `${commit}_bucket`, { le: '0.025' }), 0);
    assert.equal(seriesValue(scraped, `${commit}_bucket`, { le: '0.05' }), 1);
    assert.equal(seriesValue(scraped, `${commit}_bucket`, { le: '+Inf' }), 2);
    assert.equal(seriesValue(scraped, `${THREAD}_process_latency_seconds_sum`), 0.004);
  });

  it('shows a process that is being created before there is an application', async () => {
    const scraped = await scrape();
    assert.deepEqual(scraped.get(`${TASK}_process_total`), { type: 'counter', samples: [] });
    assert.equal(seriesValue(scraped, 'kafka_streams_stream_metrics_client_state'), 0);
  });

  it('shows the global stores', async () => {
    const counts = { remaining: 7, records: 100, dropped: 2, failed: 1 };
    const store = { store: 'names', topic: 'names-topic', state: 'RESTORING', ...counts } as const;
    status = processStatus({ globalStores: [store] });
    observe();
    const scraped = await scrape();
    const labels = { state_id: 'names', topic_name: 'names-topic' };
    const names = ['records_total', 'dropped_records_total', 'failed_records_total', 'restore_remaining_records'];
    assert.deepEqual(
      names.map(name => seriesValue(scraped, `kafka_streams_global_store_metrics_${name}`, labels)),
      [100, 2, 1, 7],
    );
  });

  it('says who it is and what state it is in', async () => {
    observe();
    const labels = { application_id: 'app', instance_id: 'i1', application_server: 'here:8081' };
    assert.equal(seriesValue(await scrape(), 'kafka_streams_stream_metrics_info', labels), 1);
    for (const [state, number] of [
      ['CREATED', 0],
      ['REBALANCING', 1],
      ['RUNNING', 2],
      ['PENDING_SHUTDOWN', 3],
      ['NOT_RUNNING', 4],
      ['ERROR', 6],
    ] as const) {
      status = processStatus({ state });
      assert.equal(seriesValue(await scrape(), 'kafka_streams_stream_metrics_client_state'), number);
    }
  });

  it('shows the committed figures of each task, as they are at the scrape', async () => {
    const counts = { in: { a: 5, b: 2 }, out: { c: 6 }, rejected: 1, late: 3, dropped: 4 };
    const nodes = { 'KSTREAM-MAP-1': { received: 7, forwarded: 6 } };
    const stores = [{ store: 'counts', dirty: 8, unpersisted: 9 }];
    status = processStatus({ tasks: [taskStatus('0_1', { streamTime: 1500, counts, nodes, stores })] });
    observe();
    const scraped = await scrape();
    const task = { task_id: '0_1' };
    const node = { ...task, processor_node_id: 'KSTREAM-MAP-1' };
    const store = { ...task, state_id: 'counts' };
    const topic = 'kafka_streams_stream_topic_metrics_records';
    const nodeMetrics = 'kafka_streams_stream_processor_node_metrics';
    assert.equal(seriesValue(scraped, `${TASK}_process_total`, task), 7);
    assert.equal(seriesValue(scraped, `${TASK}_dead_letter_records_total`, task), 1);
    assert.equal(seriesValue(scraped, `${TASK}_late_records_total`, task), 3);
    assert.equal(seriesValue(scraped, `${TASK}_dropped_records_total`, task), 4);
    assert.equal(seriesValue(scraped, `${TASK}_stream_time_seconds`, task), 1.5);
    assert.equal(seriesValue(scraped, `${topic}_consumed_total`, { ...task, topic_name: 'b' }), 2);
    assert.equal(seriesValue(scraped, `${topic}_produced_total`, { ...task, topic_name: 'c' }), 6);
    assert.equal(seriesValue(scraped, `${nodeMetrics}_process_total`, node), 7);
    assert.equal(seriesValue(scraped, `${nodeMetrics}_forward_total`, node), 6);
    assert.equal(seriesValue(scraped, `${STATE}_cache_entries`, store), 8);
    assert.equal(seriesValue(scraped, `${STATE}_unflushed_entries`, store), 9);
    status = processStatus({ tasks: [taskStatus('0_1', { counts: { ...counts, in: { a: 6, b: 2 } } })] });
    assert.equal(seriesValue(await scrape(), `${TASK}_process_total`, task), 8);
  });

  it('reads the status once a scrape', async () => {
    observe();
    await scrape();
    assert.equal(statusReads, 1);
    await scrape();
    assert.equal(statusReads, 2);
  });

  it('has no stream time before the first record', async () => {
    status = processStatus({ tasks: [taskStatus('0_0')] });
    observe();
    assert.equal(seriesValue(await scrape(), `${TASK}_stream_time_seconds`, { task_id: '0_0' }), undefined);
  });

  it('shows what is still to be restored, and no counts until it is', async () => {
    const restoring = [
      { store: 'counts', restored: 10, remaining: 90 },
      { store: 'unknown', restored: 0, remaining: undefined },
    ];
    status = processStatus({ tasks: [taskStatus('0_0', { state: 'RESTORING', restoring })] });
    observe();
    metrics.worker.restored('0_0', 'counts', 10);
    const scraped = await scrape();
    const remaining = scraped.get(`${TASK}_restore_remaining_records_total`)?.samples;
    assert.deepEqual(
      remaining?.map(({ labels, value }) => [labels.state_id, value]),
      [['counts', 90]],
    );
    assert.equal(seriesValue(scraped, `${TASK}_restore_total`, { task_id: '0_0', state_id: 'counts' }), 10);
    assert.equal(seriesValue(scraped, `${TASK}_process_total`, { task_id: '0_0' }), undefined);
  });

  it('shows the lag of standbys, once that is known', async () => {
    const stores = [
      { store: 'counts', position: 10, lag: 2 },
      { store: 'unknown', position: 0, lag: undefined },
    ];
    status = processStatus({ standbys: [{ id: '0_1', stores }] });
    observe();
    const lag = (await scrape()).get(`${TASK}_standby_lag`)?.samples;
    assert.deepEqual(
      lag?.map(({ labels, value }) => [labels.task_id, labels.state_id, value]),
      [['0_1', 'counts', 2]],
    );
  });

  it('forgets a task that has left, and begins again when it is back', async () => {
    status = processStatus({ tasks: [taskStatus('0_0'), taskStatus('0_1')] });
    observe();
    for (const task of ['0_0', '0_1']) {
      metrics.worker.visible(task, 100);
      metrics.worker.persisted(task, 5, 10);
      metrics.worker.restored(task, 'counts', 3);
    }
    const tasks = async (): Promise<readonly (string | undefined)[]> => {
      const samples = [...(await scrape()).values()].flatMap(metric => metric.samples);
      return [...new Set(samples.map(({ labels }) => labels.task_id))].filter(id => id !== undefined).sort();
    };
    assert.deepEqual(await tasks(), ['0_0', '0_1']);
    status = processStatus({ tasks: [taskStatus('0_1')] });
    assert.deepEqual(await tasks(), ['0_1']);
    status = processStatus({ tasks: [taskStatus('0_0')] });
    metrics.worker.persisted('0_0', 7, 10);
    assert.equal(seriesValue(await scrape(), `${STATE}_flushed_entries_total`, { task_id: '0_0' }), 7);
    assert.deepEqual(await tasks(), ['0_0']);
  });

  it('takes a record of a producer whose clock is ahead as seen at once', async () => {
    status = processStatus({ tasks: [taskStatus('0_0')] });
    observe();
    metrics.worker.visible('0_0', -5000);
    const name = `${TASK}_record_e2e_latency_seconds`;
    assert.equal(seriesValue(await scrape(), `${name}_sum`, { task_id: '0_0' }), 0);
  });
});
