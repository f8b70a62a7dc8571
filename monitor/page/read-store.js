/** Checks that answers about stores have the shape that the page needs. Unknown fields are ignored. */

/**
 * @typedef {object} Store
 * @property {string} name
 * @property {string} kind keyValue, window or session
 * @property {number | null} [windowSizeMs] of windows of a fixed size; null: they never end
 * @property {number} [historyRetentionMs] of versioned stores
 * @property {readonly StorePartition[]} partitions
 */
/** @typedef {{ readonly partition: number, readonly host: string | null }} StorePartition */
/**
 * @typedef {object} StoreEntry
 * @property {unknown} key
 * @property {unknown} value
 * @property {string | null} timestamp
 * @property {string} [windowStart] of window and session stores
 * @property {string | null} [windowEnd] null: the window never ends
 * @property {readonly { readonly key: string, readonly value: string | null }[]} [headers]
 */
/** @typedef {{ readonly entries: readonly StoreEntry[], readonly next: string | null }} StoreRows */

/**
 * @param {unknown} data
 * @returns {readonly Store[]}
 * @throws if it is no list of stores
 */
export function readStores(data) {
  const { stores } = /** @type {{ stores: readonly Store[] }} */ (object(data));
  if (!Array.isArray(stores)) throw new TypeError('this is no list of stores');
  for (const store of stores) {
    const { name, kind, partitions } = /** @type {Store} */ (object(store));
    const fits = typeof name === 'string' && typeof kind === 'string' && Array.isArray(partitions);
    if (!fits || !partitions.every(isPartition)) throw new TypeError('this is no store');
  }
  return stores;
}

/**
 * A page of a store, or a single entry as a page.
 * @param {unknown} data
 * @returns {StoreRows}
 * @throws if it is neither
 */
export function readRows(data) {
  const answer = /** @type {Partial<StoreRows>} */ (object(data));
  const { entries, next } = 'entries' in answer ? answer : { entries: [/** @type {StoreEntry} */ (data)], next: null };
  if (!Array.isArray(entries) || !entries.every(isEntry) || !isTextOrNull(next)) {
    throw new TypeError('this is no page of a store');
  }
  return { entries, next };
}

/** @param {unknown} data @returns {boolean} */
function isPartition(data) {
  const { partition, host } = /** @type {StorePartition} */ (object(data));
  return Number.isSafeInteger(partition) && isTextOrNull(host);
}

/** @param {unknown} data @returns {boolean} */
function isEntry(data) {
  const entry = /** @type {StoreEntry} */ (object(data));
  const { timestamp, windowStart, windowEnd, headers } = entry;
  return (
    'key' in entry &&
    'value' in entry &&
    isTextOrNull(timestamp) &&
    ['string', 'undefined'].includes(typeof windowStart) &&
    (windowEnd === undefined || isTextOrNull(windowEnd)) &&
    (headers === undefined || Array.isArray(headers))
  );
}

/** @param {unknown} value @returns {value is string | null} */
function isTextOrNull(value) {
  return value === null || typeof value === 'string';
}

/** @param {unknown} data @returns {object} */
function object(data) {
  if (typeof data === 'object' && data !== null) return data;
  throw new TypeError('this is no object');
}
