import { undecoratedRepartitionTopic } from '../../kafka/internal-topic-names.js';
import type { GlobalStoreNode, GraphNode } from './node.js';
import { TopicPattern } from './topic-pattern.js';

/** An element of the description. A repartition has two, a sink and a source, as in Java. */
interface Element {
  readonly name: string;
  readonly title: string;
  readonly successors: string[];
  readonly predecessors: string[];
}

/**
 * The element where records enter a node, and the element where they leave it. Only a repartition has two different
 * ones.
 */
interface ElementPair {
  readonly input: Element;
  readonly output: Element;
}

/** The part of a `Topology` that is described. */
interface Described {
  readonly nodes: readonly GraphNode[];
  readonly subTopologies: readonly { readonly id: number; readonly nodes: readonly GraphNode[] }[];
  readonly globalStores: readonly GlobalStoreNode[];
}

export function describeTopology(topology: Described): string {
  const elements = new Map<GraphNode, ElementPair>();
  for (const node of topology.nodes) elements.set(node, elementsOf(node));
  for (const node of topology.nodes) {
    for (const parent of node.parents) {
      const from = elements.get(parent)?.output;
      const to = elements.get(node)?.input;
      if (from === undefined || to === undefined) continue;
      from.successors.push(to.name);
      to.predecessors.push(from.name);
    }
  }
  const lines = ['Topologies:'];
  for (const { id, nodes } of topology.subTopologies) {
    lines.push(`   Sub-topology: ${id}`);
    for (const element of topology.nodes.flatMap(node => elementsWithin(nodes, node, elements.get(node)))) {
      lines.push(`    ${element.title}`);
      if (!element.title.startsWith('Sink')) lines.push(`      --> ${element.successors.join(', ') || 'none'}`);
      if (!element.title.startsWith('Source')) lines.push(`      <-- ${element.predecessors.join(', ') || 'none'}`);
    }
    lines.push('');
  }
  // After those with tasks, whose numbers are part of the ids of the tasks.
  for (const [index, globalStore] of topology.globalStores.entries()) {
    lines.push(...globalStoreLines(globalStore, topology.subTopologies.length + index));
  }
  return lines.join('\n');
}

function globalStoreLines({ source, processor, topic, store }: GlobalStoreNode, id: number): string[] {
  return [
    `   Sub-topology: ${id} for global store (will not generate tasks)`,
    `    Source: ${source} (topics: [${topic}])`,
    `      --> ${processor}`,
    `    Processor: ${processor} (stores: [${store.name}])`,
    '      --> none',
    `      <-- ${source}`,
    '',
  ];
}

/**
 * The elements of `node` in the sub-topology of `nodes`. The sink of a repartition is in the sub-topology that writes
 * to the topic.
 */
function elementsWithin(nodes: readonly GraphNode[], node: GraphNode, pair: ElementPair | undefined): Element[] {
  if (pair === undefined) return [];
  const { input, output } = pair;
  if (input === output) return nodes.includes(node) ? [output] : [];
  const written = node.parents.some(parent => nodes.includes(parent));
  return [...(written ? [input] : []), ...(nodes.includes(node) ? [output] : [])];
}

function element(name: string, title: string): Element {
  return { name, title, successors: [], predecessors: [] };
}

function elementsOf(node: GraphNode): ElementPair {
  switch (node.kind) {
    case 'source': {
      const topics = node.topics instanceof TopicPattern ? node.topics.source : `[${node.topics.join(', ')}]`;
      const source = element(node.name, `Source: ${node.name} (topics: ${topics})`);
      return { input: source, output: source };
    }
    case 'sink': {
      const topic = typeof node.topic === 'string' ? `topic: ${node.topic}` : 'extractor class: TopicNameExtractor';
      const sink = element(node.name, `Sink: ${node.name} (${topic})`);
      return { input: sink, output: sink };
    }
    case 'repartition': {
      const topic = undecoratedRepartitionTopic(node.repartition);
      return {
        input: element(`${topic}-sink`, `Sink: ${topic}-sink (topic: ${topic})`),
        output: element(`${topic}-source`, `Source: ${topic}-source (topics: [${topic}])`),
      };
    }
    default: {
      const stores = node.stores.map(({ name }) => name);
      const processor = element(node.name, `Processor: ${node.name} (stores: [${stores.join(', ')}])`);
      return { input: processor, output: processor };
    }
  }
}
