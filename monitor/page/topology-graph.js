/** The graph that is drawn for a described topology, and the rates of its nodes and edges. */
import { shortName } from './description.js';
import { isKnown } from './format.js';

/** @typedef {import('./description.js').DescribedSubTopology} DescribedSubTopology */
/** @typedef {import('./description.js').DescribedNode} DescribedNode */
/** @typedef {import('../snapshot.js').Snapshot['nodes']} NodeFigures */
/**
 * @typedef {object} DrawnNode
 * @property {string} id
 * @property {'source' | 'processor' | 'sink' | 'repartition' | 'store'} kind a repartition is the sink and the source of one topic
 * @property {string} title what it is drawn with, at full length: its topics, or its name
 * @property {string} label `title`, shortened
 * @property {string} name as `describe()` names it; both names of a repartition
 * @property {string} group id of its sub-topology
 * @property {readonly string[]} receives names under which it receives records
 * @property {readonly string[]} forwards names under which it sends records on
 */
/**
 * @typedef {object} DrawnEdge
 * @property {string} from id
 * @property {string} to id
 * @property {'records' | 'topic' | 'store'} kind over `topic` records go from one sub-topology to another, or around
 * @property {string} fromName
 * @property {string} toName
 * @property {boolean} only whether `toName` has no other predecessor
 */
/** @typedef {{ readonly nodes: DrawnNode[], readonly edges: DrawnEdge[], readonly groups: readonly string[] }} DrawnGraph */

/**
 * @param {readonly DescribedSubTopology[]} subTopologies
 * @returns {DrawnGraph}
 */
export function drawnGraph(subTopologies) {
  const described = subTopologies.flatMap(({ id, nodes }) => nodes.map(node => ({ node, group: id })));
  const sinks = described.filter(({ node }) => node.kind === 'sink');
  const sources = described.filter(({ node }) => node.kind === 'source');
  /** @type {Map<string, string>} */
  const idOf = new Map(described.map(({ node }) => [node.name, `node:${node.name}`]));
  /** @type {DrawnGraph} */
  const graph = { nodes: [], edges: [], groups: subTopologies.map(({ id }) => id) };

  /** @type {Map<string, DrawnNode>} */
  const repartitions = new Map();
  for (const { node: source, group } of sources) {
    const [topic, ...others] = source.topics;
    const writers = sinks.filter(({ node }) => topic !== undefined && node.topics.includes(topic));
    const foldable = others.length === 0 && writers.length > 0 && writers.every(writer => writer.group === group);
    if (topic === undefined || !foldable || repartitions.has(`topic:${topic}`)) continue;
    const node = drawnRepartition(
      topic,
      writers.map(({ node }) => node.name),
      source.name,
      group,
    );
    repartitions.set(node.id, node);
    for (const name of [...node.receives, ...node.forwards]) idOf.set(name, node.id);
  }

  for (const { node, group } of described) {
    const repartition = repartitions.get(idOf.get(node.name) ?? '');
    if (repartition === undefined) graph.nodes.push(drawnNode(node, group));
    else if (!graph.nodes.includes(repartition)) graph.nodes.push(repartition);
    for (const store of new Set(node.stores)) addStore(graph, node, store, group);
    for (const successor of node.successors) {
      const from = idOf.get(node.name);
      const to = idOf.get(successor);
      const next = described.find(other => other.node.name === successor)?.node;
      if (from === undefined || to === undefined || next === undefined) continue;
      const only = next.predecessors.length <= 1;
      graph.edges.push({ from, to, kind: 'records', fromName: node.name, toName: successor, only });
    }
  }

  for (const { node: source } of sources) {
    for (const { node: sink } of sinks) {
      const from = idOf.get(sink.name);
      const to = idOf.get(source.name);
      if (from === undefined || to === undefined || from === to) continue;
      if (!sink.topics.some(topic => source.topics.includes(topic))) continue;
      graph.edges.push({ from, to, kind: 'topic', fromName: sink.name, toName: source.name, only: false });
    }
  }
  return graph;
}

/** @param {DescribedNode} node @param {string} group @returns {DrawnNode} */
function drawnNode(node, group) {
  const title = node.kind === 'processor' ? node.name : node.topics.join(', ') || node.name;
  return {
    id: `node:${node.name}`,
    kind: node.kind,
    title,
    label: shortName(title),
    name: node.name,
    group,
    receives: [node.name],
    forwards: node.kind === 'sink' ? [] : [node.name],
  };
}

/**
 * @param {string} topic
 * @param {readonly string[]} sinks
 * @param {string} source
 * @param {string} group
 * @returns {DrawnNode}
 */
function drawnRepartition(topic, sinks, source, group) {
  return {
    id: `topic:${topic}`,
    kind: 'repartition',
    title: topic,
    label: shortName(topic),
    name: [...sinks, source].join(', '),
    group,
    receives: sinks,
    forwards: [source],
  };
}

/** @param {DrawnGraph} graph @param {DescribedNode} node @param {string} store @param {string} group */
function addStore(graph, node, store, group) {
  const id = `store:${group}:${store}`;
  if (!graph.nodes.some(drawn => drawn.id === id)) {
    const label = shortName(store);
    graph.nodes.push({ id, kind: 'store', title: store, label, name: store, group, receives: [], forwards: [] });
  }
  graph.edges.push({
    from: `node:${node.name}`,
    to: id,
    kind: 'store',
    fromName: node.name,
    toName: store,
    only: false,
  });
}

/**
 * Records a second over an edge: the rate that the second node receives, if it has no other predecessor; otherwise the
 * rate that the first node forwards, which is the same for each of its successors. null if neither is known.
 * @param {DrawnEdge} edge
 * @param {NodeFigures} figures
 * @returns {number | null}
 */
export function edgeRate(edge, figures) {
  if (edge.kind === 'store') return null;
  const received = figureOf(figures, edge.toName, 'received');
  if (edge.kind === 'topic') return received;
  return (edge.only ? received : null) ?? figureOf(figures, edge.fromName, 'forwarded') ?? null;
}

/**
 * Records a second that a node receives and forwards. Rates that are not reported for a node are taken from its edges,
 * where they are unambiguous.
 * @param {DrawnNode} node
 * @param {DrawnGraph} graph
 * @param {NodeFigures} figures
 * @returns {{ readonly received: number | null, readonly forwarded: number | null }}
 */
export function nodeRates(node, graph, figures) {
  const incoming = graph.edges.filter(({ to, kind }) => to === node.id && kind !== 'store');
  const outgoing = graph.edges.filter(({ from, kind }) => from === node.id && kind !== 'store');
  const [onlyOut] = outgoing.length === 1 ? outgoing : [];
  return {
    received:
      node.kind === 'store' || node.kind === 'source'
        ? null
        : (sum(node.receives.map(name => figureOf(figures, name, 'received'))) ??
          sum(incoming.map(edge => edgeRate(edge, figures)))),
    forwarded:
      sum(node.forwards.map(name => figureOf(figures, name, 'forwarded'))) ??
      (onlyOut === undefined || node.forwards.length === 0 ? null : edgeRate(onlyOut, figures)),
  };
}

/** null if there are none, or not all are known. @param {readonly (number | null)[]} rates */
function sum(rates) {
  return rates.length === 0 || rates.includes(null)
    ? null
    : rates.reduce((/** @type {number} */ total, rate) => total + Number(rate), 0);
}

/** @param {NodeFigures} figures @param {string} name @param {'received' | 'forwarded'} figure */
function figureOf(figures, name, figure) {
  const value = figures[name]?.[figure];
  return isKnown(value) ? value : null;
}
