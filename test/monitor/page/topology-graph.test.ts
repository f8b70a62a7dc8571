import assert from 'node:assert/strict';
import fc from 'fast-check';
import { before, describe, it } from 'mocha';
import type { Snapshot } from '../../../monitor/snapshot.js';
import { usersTopology } from '../../../topology/users.js';
import { pageModule } from './page-module.js';

interface DescribedNode {
  readonly name: string;
  readonly kind: string;
  readonly topics: readonly string[];
  readonly stores: readonly string[];
  readonly successors: readonly string[];
  readonly predecessors: readonly string[];
}

interface DescriptionModule {
  parseDescription(text: string): { readonly id: string; readonly nodes: readonly DescribedNode[] }[];
  shortName(name: string, limit?: number): string;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kind: string;
}

interface Graph {
  readonly nodes: readonly { readonly id: string; readonly kind: string; readonly title: string }[];
  readonly edges: readonly Edge[];
}

interface GraphModule {
  drawnGraph(subTopologies: unknown): Graph;
  edgeRate(edge: Edge, figures: Snapshot['nodes']): number | null;
  nodeRates(
    node: unknown,
    graph: Graph,
    figures: Snapshot['nodes'],
  ): { received: number | null; forwarded: number | null };
}

describe('the topology on the live page', () => {
  let description: DescriptionModule;
  let graphs: GraphModule;
  let users: Graph;
  before(async () => {
    description = await pageModule('description.js');
    graphs = await pageModule('topology-graph.js');
    const text = usersTopology({ windowSize: '60s', windowGrace: '10s' }).describe();
    users = graphs.drawnGraph(description.parseDescription(text));
  });
  const edgeOf = (from: string, to: string): Edge => {
    const idOf = (title: string): string | undefined => users.nodes.find(node => node.title === title)?.id;
    const edge = users.edges.find(candidate => candidate.from === idOf(from) && candidate.to === idOf(to));
    assert.ok(edge, `no edge from ${from} to ${to}`);
    return edge;
  };

  it('is read from what Java prints: several topics, patterns, global stores', () => {
    const text = `Topologies:
   Sub-topology: 0
    Source: a (topics: [one, two])
      --> KSTREAM-JOIN-0000000002
    Source: b (topicPattern: t-.*)
      --> KSTREAM-JOIN-0000000002
    Processor: KSTREAM-JOIN-0000000002 (stores: [left, right])
      --> out
      <-- a, b
    Sink: out (extractor class: org.example.Topics@1)
      <-- KSTREAM-JOIN-0000000002

  Sub-topology: 1 for global store (will not generate tasks)
    Source: g (topics: [global])
      --> none
`;
    const [first, second] = description.parseDescription(text);
    assert.deepEqual(
      first?.nodes.map(({ name, topics, stores }) => [name, topics, stores]),
      [
        ['a', ['one', 'two'], []],
        ['b', ['topicPattern: t-.*'], []],
        ['KSTREAM-JOIN-0000000002', [], ['left', 'right']],
        ['out', ['extractor class: org.example.Topics@1'], []],
      ],
    );
    assert.deepEqual(first?.nodes[2]?.predecessors, ['a', 'b']);
    assert.equal(second?.id, '1 for global store (will not generate tasks)');
    assert.deepEqual(second?.nodes[0]?.successors, []);
  });

  it('reads back any graph in this format', () => {
    const name = fc.stringMatching(/^[\w.-]{1,30}$/).filter(text => text !== 'none');
    const nodes = fc.uniqueArray(name, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(nodes, fc.infiniteStream(fc.nat(3)), (names, dice) => {
        const successors = names.map((_name, index) => names.slice(index + 1).filter(() => dice.next().value === 0));
        const lines = names.flatMap((node, index) => [
          `    Processor: ${node} (stores: [${node}-store])`,
          `      --> ${successors[index]?.join(', ') || 'none'}`,
        ]);
        const [read] = description.parseDescription(['Topologies:', '   Sub-topology: 0', ...lines].join('\n'));
        assert.deepEqual(
          read?.nodes.map(node => [node.name, node.successors, node.stores]),
          names.map((node, index) => [node, successors[index], [`${node}-store`]]),
        );
      }),
    );
  });

  it('draws the sink and the source of a repartition as one topic, and each store once', () => {
    const count = (kind: string): number => users.nodes.filter(node => node.kind === kind).length;
    assert.deepEqual(['source', 'sink', 'repartition', 'store'].map(count), [1, 4, 5, 7]);
    assert.equal(users.edges.filter(({ kind }) => kind === 'topic').length, 0);
    assert.equal(edgeOf('first-of-each', 'seen-users').kind, 'store');
  });

  it('links sub-topologies by the topic between them', () => {
    const text = `Topologies:
   Sub-topology: 0
    Source: in (topics: [a])
      --> out
    Sink: out (topic: middle)
      <-- in
   Sub-topology: 1
    Source: again (topics: [middle])
      --> end
    Sink: end (topic: b)
      <-- again`;
    const { nodes, edges } = graphs.drawnGraph(description.parseDescription(text));
    assert.deepEqual(
      nodes.map(({ title }) => title),
      ['a', 'middle', 'middle', 'b'],
    );
    assert.deepEqual(
      edges.map(({ kind }) => kind),
      ['records', 'records', 'topic'],
    );
  });

  it('has on an edge what its end receives, or what its beginning sends if the end has other inputs', () => {
    const figures = {
      clean: { received: 50, forwarded: 45 },
      'of-gender': { received: 44, forwarded: 40 },
      'of-country': { received: 45, forwarded: 43 },
      'countries-and-genders': { received: 83, forwarded: 83 },
      'by-country': { received: 45, forwarded: 45 },
    };
    const rateOf = (from: string, to: string): number | null => graphs.edgeRate(edgeOf(from, to), figures);
    assert.equal(rateOf('user', 'clean'), 50);
    assert.equal(rateOf('of-country', 'countries-and-genders'), 43);
    assert.equal(rateOf('of-gender', 'countries-and-genders'), 40);
    // Nothing is told of the sink of a repartition: what goes there is what was sent on.
    assert.equal(rateOf('by-country', 'by-country-repartition'), 45);
    assert.equal(rateOf('by-country-repartition', 'count-countries'), null);
    const merge = users.nodes.find(({ title }) => title === 'countries-and-genders');
    assert.deepEqual(graphs.nodeRates(merge, users, figures), { received: 83, forwarded: 83 });
    const topic = users.nodes.find(({ title }) => title === 'by-country-repartition');
    assert.deepEqual(graphs.nodeRates(topic, users, figures), { received: 45, forwarded: null });
  });

  it('shortens names: generated ones to what they do, others in the middle', () => {
    assert.equal(description.shortName('KSTREAM-KEY-SELECT-0000000012'), 'key-select 12');
    assert.equal(description.shortName('clean'), 'clean');
    assert.equal(description.shortName('a-very-long-name-of-a-topic', 12), 'a-very-l…pic');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 4, max: 40 }), (name, limit) => {
        assert.equal([...description.shortName(name, limit)].length <= limit, true);
      }),
    );
  });
});
