/** Texts about stores, their places and their rows. */
import { duration, number } from './format.js';

/** @typedef {import('./read-store.js').Store} Store */
/** @typedef {import('./read-store.js').StorePartition} StorePartition */

/** Characters of a key or a value. */
const LIMIT = 1000;

/** "window store, windows of 1 min" @param {Pick<Store, 'kind' | 'windowSizeMs' | 'historyRetentionMs'>} store */
export function kindText({ kind, windowSizeMs, historyRetentionMs }) {
  switch (kind) {
    case 'keyValue':
      return historyRetentionMs === undefined
        ? 'key-value store'
        : `versioned store, history of ${duration(historyRetentionMs)}`;
    case 'window':
      if (windowSizeMs === undefined) return 'window store';
      return `window store, windows ${windowSizeMs === null ? 'without end' : `of ${duration(windowSizeMs)}`}`;
    case 'session':
      return 'session store';
    default:
      return kind;
  }
}

/** "a:1 has 0 to 3; nobody is known to have 4" @param {readonly StorePartition[]} partitions in their order */
export function placesText(partitions) {
  const hosts = new Set(partitions.map(({ host }) => host));
  const known = [...hosts].filter(host => host !== null).map(host => `${host} has ${rangesText(partitions, host)}`);
  if (hosts.has(null)) known.push(`nobody is known to have ${rangesText(partitions, null)}`);
  return known.join('; ');
}

/** "0 to 2, 4" @param {readonly StorePartition[]} partitions @param {string | null} of */
function rangesText(partitions, of) {
  /** @type {[number, number][]} */
  const ranges = [];
  for (const { partition, host } of partitions) {
    const last = ranges.at(-1);
    if (host !== of) continue;
    if (last?.[1] === partition - 1) last[1] = partition;
    else ranges.push([partition, partition]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`)).join(', ');
}

/** Text as it is, anything else as JSON. What is long is cut. @param {unknown} value */
export function valueText(value) {
  if (value === '') return 'empty text';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length <= LIMIT) return text;
  return `${text.slice(0, LIMIT).toWellFormed()}… (${number(text.length)} characters)`;
}

/**
 * @param {object} page
 * @param {number} page.first the number of its first row, from 1 on
 * @param {number} page.count
 * @param {boolean} page.more
 * @param {string | null} page.key null: the rows of all keys
 */
export function pageText({ first, count, more, key }) {
  if (count > 0) {
    const rows = count === 1 ? `Row ${number(first)}` : `Rows ${number(first)} to ${number(first + count - 1)}`;
    return `${rows}. There are ${more ? 'more' : 'no more'}.`;
  }
  if (more) return 'This part of the store has no such rows. The next part may have some.';
  if (first > 1) return 'There are no more rows.';
  return key === null ? 'The store has no rows.' : 'The store has nothing of this key.';
}
