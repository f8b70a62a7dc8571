import assert from 'node:assert/strict';
import { MemoryLevel } from 'memory-level';
import { describe, it } from 'mocha';
import { TaskState } from '../../../stores/bytes/task-state.js';
import type { GraphNode } from '../../../streams/dsl/graph/node.js';
import { type KTable, StreamsBuilder, TimeWindows, type Windowed } from '../../../streams/index.js';
import { buildProcessorGraph } from '../../../streams/runtime/compile/processor-graph.js';
import { failOnError } from '../../../streams/runtime/errors.js';
import { RecordCollector } from '../../../streams/runtime/output/record-collector.js';
import { Refusals } from '../../../streams/runtime/output/refusals.js';
import { planTopology } from '../../../streams/runtime/plan/task-plan.js';
import type { TableView } from '../../../streams/runtime/processors/site.js';
import { TaskContext } from '../../../streams/runtime/processors/task-context.js';
import { ManualClock } from '../../../streams/testing/manual-clock.js';
import { FakeProducer } from '../../runtime/fake-producer.js';

/** What another operator of the task reads of the last table that `declare` makes, after records of topic `in`. */
async function viewOf(
  declare: (builder: StreamsBuilder) => void,
  records: readonly { readonly key: string; readonly value: unknown; readonly timestamp: number }[],
): Promise<TableView> {
  const builder = new StreamsBuilder();
  declare(builder);
  const topology = builder.build();
  const [plan] = planTopology(topology, 'app', new Map([['in', 1]])).subTopologies;
  assert.ok(plan);
  const level = new MemoryLevel<string, Buffer>({ valueEncoding: 'buffer', storeEncoding: 'buffer' });
  const state = await TaskState.open(
    level,
    plan.stores.map(({ spec }) => spec.name),
    { now: 0, cleanCacheBytes: 0, discard: async () => {} },
  );
  const handlers = {
    deserialization: failOnError,
    processing: failOnError,
    production: failOnError,
    deadLetterTopic: undefined,
  };
  const clock = new ManualClock(0);
  const collector = new RecordCollector(new FakeProducer(), new Refusals(clock), clock);
  const context = new TaskContext('0_0', 0, collector, handlers, clock);
  const options = { globalStores: { view: () => undefined, opened: () => undefined }, caching: true, now: () => 0 };
  const graph = buildProcessorGraph(plan, state, context, options);
  const [source] = graph.sources.values();
  for (const { key, value, timestamp } of records) source?.processorNode.receive(key, value, timestamp, []);
  const last = topology.nodes.findLast((node: GraphNode) => graph.views.has(node));
  const view = last && graph.views.get(last);
  assert.ok(view);
  return view;
}

const rows = (builder: StreamsBuilder): KTable<string, number> => builder.table<string, number>('in', { as: 'rows' });

describe('the view of a table', () => {
  const records = [
    { key: 'a', value: 1, timestamp: 10 },
    { key: 'b', value: 2, timestamp: 11 },
    { key: 'a', value: 3, timestamp: 12 },
    { key: 'c', value: 4, timestamp: 13 },
    { key: 'c', value: null, timestamp: 14 },
  ];

  it('has the rows as they are now, also those whose updates wait for the commit', async () => {
    const view = await viewOf(rows, records);
    assert.deepEqual(view.get('a'), { value: 3, timestamp: 12 });
    assert.deepEqual(view.get('b'), { value: 2, timestamp: 11 });
    assert.equal(view.get('c'), null);
    assert.equal(view.get('d'), null);
  });

  it('reads through filter and mapValues, which have no store', async () => {
    const odd = await viewOf(builder => {
      rows(builder)
        .filter((_key, value) => value % 2 === 1)
        .mapValues((value, key) => `${key} has ${value}`);
    }, records);
    assert.deepEqual(odd.get('a'), { value: 'a has 3', timestamp: 12 });
    assert.equal(odd.get('b'), null);
    assert.equal(odd.get('c'), null);
    const even = await viewOf(builder => {
      rows(builder).filterNot((_key, value) => value % 2 === 1);
    }, records);
    assert.deepEqual(even.get('b'), { value: 2, timestamp: 11 });
    assert.equal(even.get('a'), null);
  });

  it('of a windowed table takes a key and its window, and has no window that is out of the retention', async () => {
    const windows = TimeWindows.of({ size: 10, grace: 0 });
    const view = await viewOf(
      builder => {
        builder.stream<string, number>('in').groupByKey().windowedBy(windows).count({ as: 'counts', caching: false });
      },
      [...records.slice(0, 3), { key: 'a', value: 1, timestamp: 25 }],
    );
    const at = (key: string, start: number): Windowed<string> => ({ key, window: { start, end: start + 10 } });
    assert.equal(view.get(at('a', 10)), null, 'it ended at 20, and the next one that was written starts at 20');
    assert.deepEqual(view.get(at('a', 20)), { value: 1, timestamp: 25 });
    assert.equal(view.get(at('b', 20)), null);
  });
});
