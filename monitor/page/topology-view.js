/** The topology as a drawing with rates on its edges, and as a list. */
import { parseDescription } from './description.js';
import { byId, element, setText, svgElement } from './elements.js';
import { GraphDrawing } from './graph-drawing.js';
import { shapeOf } from './graph-shapes.js';
import { describeNode, neighbours, ratesText } from './node-text.js';
import { drawnGraph, nodeRates } from './topology-graph.js';

/** @typedef {import('../snapshot.js').Snapshot['nodes']} NodeFigures */
/** @typedef {import('./topology-graph.js').DrawnGraph} DrawnGraph */
/** @typedef {import('./topology-graph.js').DrawnNode} DrawnNode */

export class TopologyView {
  /** @type {string | null} */
  #description = null;
  /** @type {DrawnGraph | undefined} */
  #graph;
  /** @type {GraphDrawing | undefined} */
  #drawing;
  /** @type {NodeFigures} */
  #figures = {};
  /** @type {Map<DrawnNode, HTMLElement>} */
  #lines = new Map();
  #list = byId('topology-list');

  constructor() {
    this.#list.addEventListener('toggle', () => this.#showRates());
    byId('graph-key').append(...keyEntries());
    const graph = byId('graph');
    const hint = byId('graph-hint');
    new ResizeObserver(() => {
      hint.hidden = graph.scrollWidth <= graph.clientWidth;
    }).observe(graph);
  }

  /** The last description stays while no process answers. @param {string | null} description */
  describe(description) {
    if (description === null || description === this.#description) return;
    const subTopologies = parseDescription(description);
    const graph = drawnGraph(subTopologies);
    if (graph.nodes.length === 0) return;
    this.#description = description;
    this.#graph = graph;
    byId('topology-empty').hidden = true;
    byId('topology').hidden = false;
    this.#list.hidden = false;
    this.#lines = new Map(graph.nodes.filter(({ kind }) => kind !== 'store').map(node => [node, element('span')]));
    this.#list.querySelectorAll(':scope > :not(summary)').forEach(old => {
      old.remove();
    });
    for (const { id } of subTopologies) {
      const items = [...this.#lines]
        .filter(([{ group }]) => group === id)
        .map(([node, line]) => this.#item(node, line));
      this.#list.append(element('h3', {}, `Sub-topology ${id}`), element('ul', {}, ...items));
    }
    this.#drawing?.remove();
    this.#drawing = new GraphDrawing(byId('graph'), byId('node-detail'), graph);
    this.#showRates();
  }

  /** @param {NodeFigures} figures */
  update(figures) {
    this.#figures = figures;
    this.#showRates();
  }

  #showRates() {
    if (this.#graph === undefined) return;
    this.#drawing?.update(this.#figures);
    if (!(/** @type {HTMLDetailsElement} */ (this.#list).open)) return;
    for (const [node, line] of this.#lines) setText(line, ratesText(nodeRates(node, this.#graph, this.#figures)));
  }

  /** @param {DrawnNode} node @param {HTMLElement} line */
  #item(node, line) {
    const text = `${describeNode(node)}${neighbours(node, this.#graph)} `;
    return element('li', {}, element('b', {}, node.title), ` ${text}`, line);
  }
}

/** What the shapes stand for. */
function keyEntries() {
  /** @type {readonly [DrawnNode['kind'], string][]} */
  const kinds = [
    ['source', 'topic'],
    ['repartition', 'repartition topic'],
    ['processor', 'processor'],
    ['store', 'store'],
  ];
  return kinds.map(([kind, text]) => {
    const shape = svgElement('g', { class: `node ${kind}` }, ...shapeOf(kind, { x: 14, y: 9, width: 26, height: 16 }));
    return element('span', {}, svgElement('svg', { viewBox: '0 0 28 18', width: 28, height: 18 }, shape), text);
  });
}
