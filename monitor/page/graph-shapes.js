/** How the nodes of a topology look: topics are round at the ends, stores are cylinders. */
import { svgElement } from './elements.js';

/** @typedef {import('./topology-graph.js').DrawnNode} DrawnNode */
/** @typedef {import('./graph-layout.js').Box} Box */

const CAP = 5;

/** What is written under a topic's name. @type {Readonly<Record<DrawnNode['kind'], string>>} */
const CAPTIONS = { source: 'source', sink: 'sink', repartition: 'repartition', processor: '', store: '' };

/** @param {DrawnNode} node */
export function captionOf({ kind }) {
  return CAPTIONS[kind];
}

/**
 * @param {DrawnNode['kind']} kind
 * @param {Box} box
 * @returns {SVGElement[]}
 */
export function shapeOf(kind, { x, y, width, height }) {
  const [left, top] = [x - width / 2, y - height / 2];
  if (kind === 'store') {
    const [right, bottom] = [left + width, top + height];
    const arc = (/** @type {number} */ to, /** @type {number} */ sweep) => `a${width / 2} ${CAP} 0 0 ${sweep} ${to} 0`;
    const side = `M${left} ${top + CAP} V${bottom - CAP} ${arc(width, 0)} V${top + CAP}`;
    return [
      svgElement('path', { class: 'shape', d: `${side} ${arc(-width, 0)}z` }),
      svgElement('path', { class: 'shape-line', d: `M${right} ${top + CAP} ${arc(-width, 1)}` }),
    ];
  }
  const radius = kind === 'processor' ? 5 : height / 2;
  const rectangle = { x: left, y: top, width, height, rx: radius };
  const outline = svgElement('rect', { class: 'shape', ...rectangle });
  if (kind !== 'repartition') return [outline];
  const inner = { x: left + 3, y: top + 3, width: width - 6, height: height - 6, rx: radius - 3 };
  return [outline, svgElement('rect', { class: 'shape-line', ...inner })];
}

/** Width and height by the text, measured in the page's own font. @param {string} font @returns {(node: DrawnNode) => { width: number, height: number }} */
export function measureIn(font) {
  const context = document.createElement('canvas').getContext('2d');
  if (context !== null) context.font = font;
  return node => {
    const text = context?.measureText(node.label).width ?? 7 * node.label.length;
    const topic = captionOf(node) !== '';
    return { width: Math.ceil(Math.max(topic ? 84 : 56, text + (topic ? 34 : 22))), height: topic ? 42 : 32 };
  };
}
