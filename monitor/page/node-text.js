/** A node of the topology in words: for people who do not see the drawing, and for the line below it. */
import { rate } from './format.js';

/** @typedef {import('./topology-graph.js').DrawnGraph} DrawnGraph */
/** @typedef {import('./topology-graph.js').DrawnNode} DrawnNode */

/** Its kind, and its name if that is not its title. @param {DrawnNode} node */
export function describeNode({ kind, title, name }) {
  return name === title ? kind : `${kind} ${name}`;
}

/**
 * "120/s in, 118/s out", without unknown values. @param {{ readonly received: number | null, readonly forwarded: number
 * | null }} rates
 */
export function ratesText({ received, forwarded }) {
  const texts = [
    ...(received === null ? [] : [`${rate(received)} in`]),
    ...(forwarded === null ? [] : [`${rate(forwarded)} out`]),
  ];
  return texts.join(', ');
}

/** ", from a, b, to c, with store d" @param {DrawnNode} node @param {DrawnGraph | undefined} graph */
export function neighbours({ id }, graph) {
  if (graph === undefined) return '';
  const titles = new Map(graph.nodes.map(node => [node.id, node.title]));
  const from = graph.edges.filter(edge => edge.to === id && edge.kind !== 'store').map(edge => titles.get(edge.from));
  const to = graph.edges.filter(edge => edge.from === id && edge.kind !== 'store').map(edge => titles.get(edge.to));
  const stores = graph.edges.filter(edge => edge.from === id && edge.kind === 'store').map(edge => titles.get(edge.to));
  const parts = [
    ...(from.length === 0 ? [] : [`from ${from.join(' and ')}`]),
    ...(to.length === 0 ? [] : [`to ${to.join(' and ')}`]),
    ...(stores.length === 0 ? [] : [`with store ${stores.join(' and ')}`]),
  ];
  return parts.map(part => `, ${part}`).join('');
}
