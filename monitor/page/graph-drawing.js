/** The drawn topology. One stop for the Tab key; arrow keys go from node to node. */
import { setAttribute, setText, svgElement } from './elements.js';
import { isKnown, rate } from './format.js';
import { curve, placed } from './graph-layout.js';
import { captionOf, measureIn, shapeOf } from './graph-shapes.js';
import { describeNode, neighbours, ratesText } from './node-text.js';
import { edgeRate, nodeRates } from './topology-graph.js';

/** @typedef {import('../snapshot.js').Snapshot['nodes']} NodeFigures */
/** @typedef {import('./topology-graph.js').DrawnGraph} DrawnGraph */
/** @typedef {import('./graph-layout.js').PlacedNode} PlacedNode */
/** @typedef {import('./graph-layout.js').PlacedEdge} PlacedEdge */

const HINT = 'Point at a node, or tap it; arrow keys go from node to node.';
/** @type {Readonly<Record<string, readonly [number, number]>>} */
const DIRECTIONS = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] };

export class GraphDrawing {
  #graph;
  #detail;
  #svg;
  /** @type {NodeFigures} */
  #figures = {};
  /** @type {{ readonly place: PlacedNode, readonly shape: SVGGElement }[]} */
  #nodes = [];
  /** @type {{ readonly edge: PlacedEdge['edge'], readonly line: SVGPathElement, readonly label: SVGTextElement | null }[]} */
  #edges = [];
  /** @type {Element | null} */
  #pointed = null;
  /** @type {{ readonly from: SVGGElement, readonly to: SVGGElement, readonly dx: number, readonly dy: number } | null} */
  #moved = null;

  /**
   * @param {HTMLElement} parent scrolls
   * @param {HTMLElement} detail says what the pointed or focused node is
   * @param {DrawnGraph} graph
   */
  constructor(parent, detail, graph) {
    this.#graph = graph;
    this.#detail = detail;
    const { fontFamily } = getComputedStyle(parent);
    const places = placed(graph, measureIn(`600 12.5px ${fontFamily}`));
    const [width, height] = [Math.ceil(places.width), Math.ceil(places.height)];
    this.#svg = svgElement('svg', {
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'group',
      'aria-label': 'Graph of the topology; arrow keys go from node to node',
    });
    this.#svg.append(
      svgElement('defs', {}, arrowHead()),
      ...places.groups.map(groupShape),
      ...places.edges.map(edge => this.#drawEdge(edge)),
      ...places.nodes.map(node => this.#drawNode(node)),
      ...this.#edges.flatMap(({ label }) => (label === null ? [] : [label])),
    );
    this.#nodes[0]?.shape.setAttribute('tabindex', '0');
    this.#svg.addEventListener('keydown', event => this.#move(event));
    for (const name of ['focusin', 'focusout', 'pointerover', 'pointerleave']) {
      this.#svg.addEventListener(name, event => this.#point(event));
    }
    parent.append(this.#svg);
    // If it is wider than the page, the view starts at its first source.
    parent.scrollLeft = (places.nodes.find(({ node }) => node.kind === 'source')?.box.x ?? 0) - parent.clientWidth / 2;
    this.#showDetail();
  }

  remove() {
    this.#svg.remove();
  }

  /** @param {NodeFigures} figures */
  update(figures) {
    this.#figures = figures;
    for (const { edge, line, label } of this.#edges) {
      const records = edgeRate(edge, figures);
      if (label !== null) setText(label, isKnown(records) ? rate(records) : '');
      setAttribute(line, 'data-flow', isKnown(records) && records > 0 ? '' : null);
      line.style.strokeWidth = `${isKnown(records) ? 1.2 + 0.45 * Math.log10(1 + records) : 1.2}`;
    }
    for (const { place, shape } of this.#nodes) {
      // The name of the focused node does not change: a screen reader would read it out each second.
      if (shape !== document.activeElement) setAttribute(shape, 'aria-label', this.#textOf(place));
    }
    this.#showDetail();
  }

  /** @param {PlacedEdge} place */
  #drawEdge({ edge, points, label: at }) {
    const line = svgElement('path', { class: `edge ${edge.kind}`, d: curve(points), fill: 'none' });
    if (edge.kind !== 'store') line.setAttribute('marker-end', 'url(#arrow)');
    const label = at === null ? null : svgElement('text', { class: 'edge-rate', x: at.x, y: at.y + 4 });
    this.#edges.push({ edge, line, label });
    return line;
  }

  /** @param {PlacedNode} place */
  #drawNode(place) {
    const { node, box } = place;
    const caption = captionOf(node);
    const shape = svgElement('g', { class: `node ${node.kind}`, role: 'img', tabindex: -1 });
    shape.append(
      svgElement('title', {}, node.name === node.title ? node.title : `${node.title} (${node.name})`),
      ...shapeOf(node.kind, box),
      svgElement(
        'text',
        { x: box.x, y: box.y + (caption === '' ? (node.kind === 'store' ? 7 : 4.5) : -1) },
        node.label,
      ),
    );
    if (caption !== '') shape.append(svgElement('text', { class: 'caption', x: box.x, y: box.y + 13 }, caption));
    setAttribute(shape, 'aria-label', this.#textOf(place));
    this.#nodes.push({ place, shape });
    return shape;
  }

  /** @param {PlacedNode} place */
  #textOf({ node }) {
    const rates = ratesText(nodeRates(node, this.#graph, this.#figures));
    return `${node.title}, ${describeNode(node)}${rates === '' ? '' : `, ${rates}`}`;
  }

  /** @param {Event} event */
  #point(event) {
    const over = event.target instanceof Element ? event.target.closest('g.node') : null;
    if (event.type === 'focusin' && over instanceof SVGGElement) {
      for (const { shape } of this.#nodes) setAttribute(shape, 'tabindex', shape === over ? '0' : '-1');
    }
    const leaves = event.type === 'focusout' || event.type === 'pointerleave';
    const focused = event.type === 'focusout' ? null : document.activeElement;
    this.#pointed = leaves || over === null ? focused : over;
    this.#showDetail();
  }

  #showDetail() {
    const pointed = this.#nodes.find(({ shape }) => shape === this.#pointed)?.place;
    const text = pointed === undefined ? HINT : `${this.#textOf(pointed)}${neighbours(pointed.node, this.#graph)}`;
    setText(this.#detail, text);
    for (const { edge, line } of this.#edges) {
      const near = pointed !== undefined && (edge.from === pointed.node.id || edge.to === pointed.node.id);
      setAttribute(line, 'data-near', near ? '' : null);
    }
  }

  /**
   * Moves to the nearest node in the direction of the key, and back with the opposite key. @param {KeyboardEvent} event
   */
  #move(event) {
    const from = this.#nodes.find(({ shape }) => shape === document.activeElement);
    const direction = DIRECTIONS[event.key];
    if (from === undefined || direction === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const [dx, dy] = direction;
    const { from: before, to, dx: x0, dy: y0 } = this.#moved ?? {};
    if (to === from.shape && x0 === -dx && y0 === -dy) {
      this.#moved = null;
      before?.focus();
      return;
    }
    /** @type {SVGGElement | undefined} */
    let nearest;
    let least = Number.POSITIVE_INFINITY;
    for (const { place, shape } of this.#nodes) {
      const x = place.box.x - from.place.box.x;
      const y = place.box.y - from.place.box.y;
      const ahead = x * dx + y * dy;
      // Distance to the side counts more than distance ahead, so that an arrow key goes where it points.
      const distance = ahead + 2.5 * Math.abs(x * dy + y * dx);
      if (ahead > 1 && distance < least) [nearest, least] = [shape, distance];
    }
    if (nearest === undefined) return;
    this.#moved = { from: from.shape, to: nearest, dx, dy };
    nearest.focus();
  }
}

function arrowHead() {
  const head = svgElement('path', { class: 'arrow', d: 'M0 0 L9 4.5 L0 9z' });
  return svgElement(
    'marker',
    {
      id: 'arrow',
      viewBox: '0 0 9 9',
      refX: 8.5,
      refY: 4.5,
      markerWidth: 8,
      markerHeight: 8,
      markerUnits: 'userSpaceOnUse',
      orient: 'auto',
    },
    head,
  );
}

/** @param {import('./graph-layout.js').PlacedGroup} group */
function groupShape({ id, box: { x, y, width, height } }) {
  const [left, top] = [x - width / 2, y - height / 2];
  return svgElement(
    'g',
    { class: 'sub-topology' },
    svgElement('rect', { x: left, y: top, width, height, rx: 10 }),
    svgElement('text', { x: left + 12, y: top + 18 }, `Sub-topology ${id}`),
  );
}
