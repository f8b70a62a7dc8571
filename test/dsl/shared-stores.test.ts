import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { KeyValueKind } from '../../stores/kinds/key-value.js';
import { TopologyError } from '../../streams/dsl/graph/graph.js';
import type { GraphNode, SourceNode, TableNode } from '../../streams/dsl/graph/node.js';
import { Topology } from '../../streams/dsl/graph/topology.js';
import { recordTimestamp } from '../../streams/dsl/options/timestamp-extractor.js';
import type { StoreSpec } from '../../streams/dsl/processor/store-spec.js';
import { Serdes } from '../../streams/index.js';
import { planTopology } from '../../streams/runtime/plan/task-plan.js';

/** No operator of the DSL shares a store yet, or keeps several: nodes are made by hand. */
describe('stores of nodes', () => {
  it('are none, one or several, and those of a sub-topology are all of its nodes', () => {
    const [a, b, c] = [store('a'), store('b'), store('c')];
    const topology = new Topology(chain(['in', [a], []], ['other', [b, c]]));
    assert.deepEqual(storeNames(topology), [['a'], ['b', 'c']]);
  });

  it('unite the sub-topologies of nodes that name the same one, which it has once', () => {
    const shared = store('shared');
    const topology = new Topology(
      chain(['in', [shared, store('own')]], ['apart', [store('else')]], ['other', [shared]]),
    );
    assert.deepEqual(
      topology.subTopologies.map(({ sources }) => sources.map(({ topics }) => String(topics))),
      [['in', 'other'], ['apart']],
    );
    assert.deepEqual(storeNames(topology), [['shared', 'own'], ['else']]);
  });

  it('unite them through others', () => {
    const [a, b] = [store('a'), store('b')];
    const topology = new Topology(chain(['one', [a]], ['two', [b]], ['three', [b, a]]));
    assert.deepEqual(storeNames(topology), [['a', 'b']]);
  });

  it('have one changelog though two nodes name them', () => {
    const shared = store('shared');
    const topology = new Topology(chain(['in', [shared]], ['other', [shared]]));
    const counts = new Map([
      ['in', 2],
      ['other', 2],
    ]);
    assert.deepEqual(
      planTopology(topology, 'app', counts).subTopologies.map(({ stores }) => stores.map(({ changelog }) => changelog)),
      [['app-shared-changelog']],
    );
  });

  it('make topics that must be co-partitioned of those whose nodes share one', () => {
    const shared = store('shared');
    const topology = new Topology(chain(['in', [shared]], ['other', [shared]]));
    const counts = new Map([
      ['in', 2],
      ['other', 3],
    ]);
    assert.throws(() => planTopology(topology, 'app', counts), /in has 2, other has 3/);
  });

  it('are printed with each node that names them', () => {
    const shared = store('shared');
    const description = new Topology(chain(['in', [shared, store('own')]], ['other', [shared]])).describe();
    assert.match(description, /Processor: in-0 \(stores: \[shared, own\]\)/);
    assert.match(description, /Processor: other-0 \(stores: \[shared\]\)/);
  });

  it('are refused if two have the same name', () => {
    assert.throws(() => new Topology(chain(['in', [store('twice')]], ['other', [store('twice')]])), {
      name: TopologyError.name,
      message: 'store twice: two nodes declare it, each in its own way',
    });
  });
});

function store(name: string): StoreSpec<KeyValueKind> {
  const serdes = { keySerde: Serdes.string(), valueSerde: Serdes.json() } as Pick<StoreSpec, 'keySerde' | 'valueSerde'>;
  return Object.freeze({ name, kind: new KeyValueKind(), ...serdes, logged: true, inMemory: false, cached: true });
}

/** For each topic a source, and after it one node after the other, with these stores. */
function chain(...topics: readonly (readonly [string, ...(readonly StoreSpec<KeyValueKind>[])[]])[]): GraphNode[] {
  const nodes: GraphNode[] = [];
  for (const [topic, ...storesOfNodes] of topics) {
    let last: GraphNode = source(nodes.length, topic);
    nodes.push(last);
    for (const [index, stores] of storesOfNodes.entries()) {
      last = node(nodes.length, `${topic}-${index}`, last, stores);
      nodes.push(last);
    }
  }
  return nodes;
}

function source(id: number, topic: string): SourceNode {
  const serdes = { keySerde: Serdes.string(), valueSerde: Serdes.json() } as Pick<
    SourceNode,
    'keySerde' | 'valueSerde'
  >;
  return {
    kind: 'source',
    id,
    name: topic,
    parents: [],
    stores: [],
    topics: [topic],
    ...serdes,
    timestampExtractor: recordTimestamp,
  };
}

function node(id: number, name: string, parent: GraphNode, stores: readonly StoreSpec<KeyValueKind>[]): GraphNode {
  const [first, ...others] = stores;
  if (first === undefined) return { kind: 'merge', id, name, parents: [parent], stores: [] };
  const table: TableNode = {
    kind: 'table',
    id,
    name,
    parents: [parent],
    store: first,
    stores: [first, ...others],
    isStored: true,
    hasLastingName: true,
  };
  return table;
}

function storeNames({ subTopologies }: Topology): string[][] {
  return subTopologies.map(({ stores }) => stores.map(({ name }) => name));
}
