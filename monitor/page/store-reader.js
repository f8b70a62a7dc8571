/** Asks the monitor for the stores of the application and for their rows. */
import { readRows, readStores } from './read-store.js';

/** @typedef {import('./read-store.js').Store} Store */
/** @typedef {import('./read-store.js').StoreRows} StoreRows */
/**
 * @typedef {object} Asked
 * @property {string | null} key null: all keys
 * @property {string | null} after the `next` of the page before; null: the first page
 * @property {boolean} lastFirst from the last row of each partition to the first
 */
/** The path is that of the answer. @typedef {StoreRows & { readonly path: string }} Answer */
/** @typedef {(url: string, init: { readonly signal: AbortSignal }) => Promise<Response>} Fetch */

export const ROWS = 20;
/** Longer than the monitor waits for a process. */
const TIMEOUT_MS = 20_000;

/** The message is a sentence that says what is wrong. */
export class StoreReadError extends Error {
  /** The status of the answer. null: there is none. @type {number | null} */
  status;

  /** @param {string} message @param {number | null} [status] */
  constructor(message, status = null) {
    super(message);
    this.name = 'StoreReadError';
    this.status = status;
  }
}

/** @param {AbortSignal} signal @param {Fetch} [fetch] @returns {Promise<readonly Store[]>} */
export async function storesOf(signal, fetch) {
  return understood(readStores, await answerOf('stores', signal, fetch));
}

/**
 * @param {Pick<Store, 'name' | 'kind'>} store
 * @param {Asked} asked
 * @param {AbortSignal} signal
 * @param {Fetch} [fetch]
 * @returns {Promise<Answer>}
 */
export async function rowsOf(store, asked, signal, fetch) {
  const [path, range] = [rowsPath(store, asked), rangePath(store, asked)];
  try {
    return { ...understood(readRows, await answerOf(path, signal, fetch)), path };
  } catch (error) {
    if (statusOf(error) !== 400 || path === range) throw error;
    // A partitioner may have placed the key, so that no process knows its partition. A range is read in all of them.
    try {
      return { ...understood(readRows, await answerOf(range, signal, fetch)), path: range };
    } catch (rangeError) {
      throw statusOf(rangeError) === 400 ? badKey(/** @type {StoreReadError} */ (error)) : rangeError;
    }
  }
}

/** @param {unknown} error */
function statusOf(error) {
  return error instanceof StoreReadError ? error.status : null;
}

/** @param {StoreReadError} error */
function badKey({ message, status }) {
  return new StoreReadError(`${message} Where keys are JSON, write the key as JSON: a text in quotes.`, status);
}

/** Relative to the page. @param {Pick<Store, 'name' | 'kind'>} store @param {Asked} asked */
export function rowsPath(store, asked) {
  const { key } = asked;
  // A browser takes such a key for a step in the path.
  if (key === null || key === '.' || key === '..') return rangePath(store, asked);
  const path = `${storePath(store)}/${encodeURIComponent(key.toWellFormed())}`;
  return store.kind === 'keyValue' ? path : `${path}?${pageParameters(asked)}`;
}

/** All rows, or those of one key. @param {Pick<Store, 'name' | 'kind'>} store @param {Asked} asked */
function rangePath(store, asked) {
  const parameters = pageParameters(asked);
  if (asked.key !== null) {
    const [from, to] = store.kind === 'keyValue' ? ['from', 'to'] : ['keyFrom', 'keyTo'];
    parameters.append(from, asked.key);
    parameters.append(to, asked.key);
  }
  return `${storePath(store)}?${parameters}`;
}

/** @param {Pick<Store, 'name'>} store */
function storePath({ name }) {
  return `stores/${encodeURIComponent(name)}`;
}

/** @param {Asked} asked */
function pageParameters({ after, lastFirst }) {
  return new URLSearchParams({
    limit: String(ROWS),
    ...(lastFirst ? { reverse: 'true' } : {}),
    ...(after === null ? {} : { after }),
  });
}

/** @param {string} path @param {AbortSignal} signal @param {Fetch} [fetch] @returns {Promise<unknown>} */
async function answerOf(path, signal, fetch = (url, init) => globalThis.fetch(url, init)) {
  /** @type {Response} */
  let response;
  /** @type {string} */
  let text;
  try {
    response = await fetch(path, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) });
    text = await response.text();
  } catch {
    throw new StoreReadError('The monitor does not answer.');
  }
  if (response.ok) return understood(JSON.parse, text);
  throw new StoreReadError(refusalText(response.status, reasonOf(text)), response.status);
}

/** The reason of an error. undefined if the text is none of the monitor. @param {string} text @returns {string | undefined} */
function reasonOf(text) {
  try {
    const { error } = JSON.parse(text);
    return typeof error === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}

/** @param {number} status @param {string | undefined} because */
function refusalText(status, because) {
  if (because === undefined) return `The monitor answered with status ${status}.`;
  if (status === 400) return `This was refused: ${because}.`;
  if (status === 404) return `Not found: ${because}.`;
  if (status === 503) return `Not now: ${because}. Try again in a moment.`;
  if (status === 502 || status === 504) return `No answer: ${because}.`;
  return `The monitor answered with status ${status}: ${because}.`;
}

/**
 * @template Data
 * @template Read
 * @param {(data: Data) => Read} read
 * @param {Data} data
 */
function understood(read, data) {
  try {
    return read(data);
  } catch {
    throw new StoreReadError('The answer is none that this page understands. Reload the page.');
  }
}
