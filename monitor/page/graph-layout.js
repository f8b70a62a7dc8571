/** Places for the nodes and edges of a topology, by dagre. */
import { Graph, layout } from '/vendor/dagre.esm.js';

/** @typedef {import('./topology-graph.js').DrawnGraph} DrawnGraph */
/** @typedef {import('./topology-graph.js').DrawnNode} DrawnNode */
/** @typedef {import('./topology-graph.js').DrawnEdge} DrawnEdge */
/** @typedef {{ readonly x: number, readonly y: number }} Point */
/** @typedef {Point & { readonly width: number, readonly height: number }} Box x and y are its middle */
/** @typedef {{ readonly node: DrawnNode, readonly box: Box }} PlacedNode */
/** @typedef {{ readonly edge: DrawnEdge, readonly points: readonly Point[], readonly label: Point | null }} PlacedEdge */
/** @typedef {{ readonly id: string, readonly box: Box }} PlacedGroup */
/** @typedef {{ readonly width: number, readonly height: number, readonly nodes: PlacedNode[], readonly edges: PlacedEdge[], readonly groups: PlacedGroup[] }} Placed */

/** Room for a rate such as "12 345/s". It is reserved also without a rate, so that nothing moves when one appears. */
const LABEL = { width: 58, height: 15, labelpos: 'c' };

/**
 * @param {DrawnGraph} graph
 * @param {(node: DrawnNode) => { readonly width: number, readonly height: number }} sizeOf
 * @returns {Placed}
 */
export function placed(graph, sizeOf) {
  // A group around everything says nothing and takes room.
  const groups = graph.groups.length > 1 ? graph.groups : [];
  const plan = new Graph({ compound: groups.length > 0, multigraph: true });
  plan.setGraph({ rankdir: 'TB', nodesep: 14, edgesep: 10, ranksep: 22, marginx: 6, marginy: 6 });
  for (const id of groups) plan.setNode(groupId(id), {});
  for (const node of graph.nodes) {
    plan.setNode(node.id, { ...sizeOf(node) });
    if (groups.length > 0) plan.setParent(node.id, groupId(node.group));
  }
  graph.edges.forEach(({ from, to, kind }, index) => {
    plan.setEdge(from, to, kind === 'store' ? { minlen: 1 } : { ...LABEL }, String(index));
  });
  layout(plan);

  const { width = 0, height = 0 } = plan.graph();
  return {
    width,
    height,
    nodes: graph.nodes.map(node => ({ node, box: boxOf(plan.node(node.id)) })),
    edges: graph.edges.map((edge, index) => {
      const { points, x, y } = plan.edge(edge.from, edge.to, String(index));
      return { edge, points, label: edge.kind === 'store' || x === undefined ? null : { x, y } };
    }),
    groups: groups.map(id => ({ id, box: boxOf(plan.node(groupId(id))) })),
  };
}

/** @param {string} id */
const groupId = id => `group:${id}`;

/** @param {Box} box */
function boxOf({ x, y, width, height }) {
  return { x, y, width, height };
}

/**
 * A line through the points with its corners rounded.
 * @param {readonly Point[]} points
 */
export function curve(points) {
  const [first, ...rest] = points;
  const last = rest.pop();
  if (first === undefined || last === undefined) return '';
  let path = `M${at(first)}`;
  rest.forEach((point, index) => {
    const next = rest[index + 1];
    path += ` Q${at(point)} ${at(next === undefined ? { x: (point.x + last.x) / 2, y: (point.y + last.y) / 2 } : middle(point, next))}`;
  });
  return `${path} L${at(last)}`;
}

/** @param {Point} a @param {Point} b */
function middle(a, b) {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

/** @param {Point} point */
function at({ x, y }) {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}
