/** Checks that the monitor's events have the shape that the page needs. Unknown fields are ignored. */

/** @typedef {import('../snapshot.js').Snapshot} Snapshot */

/**
 * @param {unknown} data
 * @returns {Snapshot}
 * @throws if it is no snapshot
 */
export function readSnapshot(data) {
  const snapshot = /** @type {Snapshot} */ (data);
  const fits =
    isObject(data) &&
    Number.isFinite(snapshot.at) &&
    isObject(snapshot.cluster) &&
    isObject(snapshot.nodes) &&
    [snapshot.lag, snapshot.distinctUsers, snapshot.processes, snapshot.rejected].every(Array.isArray) &&
    [snapshot.audit, snapshot.window, snapshot.closed].every(part => part === null || isObject(part));
  if (!fits) throw new TypeError('this is no snapshot');
  return snapshot;
}

/**
 * @param {unknown} data
 * @returns {string | null}
 * @throws if it is no topology event
 */
export function readDescription(data) {
  const description = isObject(data) ? Reflect.get(data, 'description') : undefined;
  if (description === null || typeof description === 'string') return description;
  throw new TypeError('this is no topology');
}

/** @param {unknown} value @returns {value is object} */
function isObject(value) {
  return typeof value === 'object' && value !== null;
}
