/** Cuts long lists to what fits. The rest is kept for readers who open it. */

/**
 * The first `limit` items and the rest. A rest of one item is shown with the others: "1 more" takes as much room.
 * @template Item
 * @param {readonly Item[]} items
 * @param {number} limit
 * @returns {{ readonly shown: readonly Item[], readonly rest: readonly Item[] }}
 */
export function fold(items, limit) {
  const end = items.length <= limit + 1 ? items.length : limit;
  return { shown: items.slice(0, end), rest: items.slice(end) };
}

/**
 * At most about `limit` of many rows, evenly spaced, always with the last one.
 * @template Row
 * @param {readonly Row[]} rows
 * @param {number} limit
 * @returns {readonly Row[]}
 */
export function thinOut(rows, limit) {
  const step = Math.max(1, Math.ceil(rows.length / limit));
  return rows.filter((_row, index) => (rows.length - 1 - index) % step === 0);
}
