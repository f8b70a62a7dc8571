/** Elements that are created once and updated in place. Text is always inserted as text, never as markup. */
import { clockTime, utc } from './format.js';

const SVG = 'http://www.w3.org/2000/svg';

/**
 * The element that `index.html` holds under this id.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svgElement(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @param {Element} node @param {string} name @param {string | null} value null removes it */
export function setAttribute(node, name, value) {
  if (value === null) node.removeAttribute(name);
  else if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

/** Shows local time, with UTC for machines and in the tooltip. @param {Element} node @param {number} at @param {number} [now] */
export function setTime(node, at, now) {
  setText(node, clockTime(at, now));
  setAttribute(node, 'datetime', utc(at));
  setAttribute(node, 'title', utc(at));
}

/**
 * Creates children of `parent` for `items`, in their order, after its other content. A child is kept as long as its key
 * exists, so that focus, selection and transitions survive an update.
 * @template Item
 * @template {Element} Child
 * @param {Element} parent
 * @param {readonly Item[]} items
 * @param {(item: Item) => string} keyOf
 * @param {(item: Item) => Child} create
 * @param {(child: Child, item: Item) => void} update
 */
export function syncChildren(parent, items, keyOf, create, update) {
  const known = /** @type {Map<string, Child>} */ (childrenByKey.get(parent) ?? new Map());
  /** @type {Map<string, Child>} */
  const next = new Map();
  for (const item of items) {
    const key = uniqueKey(next, keyOf(item));
    const child = known.get(key) ?? create(item);
    known.delete(key);
    next.set(key, child);
    update(child, item);
  }
  for (const gone of known.values()) gone.remove();
  const ours = new Set(next.values());
  let place = [...parent.children].find(child => ours.has(/** @type {Child} */ (child))) ?? null;
  for (const child of next.values()) {
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  childrenByKey.set(parent, next);
}

/** @type {WeakMap<Element, Map<string, Element>>} */
const childrenByKey = new WeakMap();

/** @param {ReadonlyMap<string, unknown>} taken @param {string} key */
function uniqueKey(taken, key) {
  let unique = key;
  while (taken.has(unique)) unique += "'";
  return unique;
}
