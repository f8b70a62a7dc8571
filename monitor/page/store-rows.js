/** The table of rows of a store. */
import { element, setAttribute, setTime } from './elements.js';
import { NOTHING } from './format.js';
import { valueText } from './store-text.js';

/** @typedef {import('./read-store.js').Store} Store */
/** @typedef {import('./read-store.js').StoreEntry} StoreEntry */
/** @typedef {{ readonly head: string, readonly cell: (entry: StoreEntry) => readonly (Node | string)[] }} Column */

/**
 * Replaces the rows. The page reads them only when its user asks for them, so nothing that is looked at disappears.
 * @param {HTMLTableElement} table
 * @param {Pick<Store, 'historyRetentionMs'>} store
 * @param {readonly StoreEntry[]} entries
 */
export function showRows(table, store, entries) {
  const columns = columnsOf(store, entries);
  const heads = columns.map(({ head }) => element('th', { scope: 'col' }, head));
  const rows = entries.map(entry => {
    const cells = columns.map(({ cell }, index) =>
      index === 0 ? element('th', { scope: 'row' }, ...cell(entry)) : element('td', {}, ...cell(entry)),
    );
    return element('tr', {}, ...cells);
  });
  table.replaceChildren(element('thead', {}, element('tr', {}, ...heads)), element('tbody', {}, ...rows));
}

/** @param {Pick<Store, 'historyRetentionMs'>} store @param {readonly StoreEntry[]} entries @returns {readonly Column[]} */
function columnsOf({ historyRetentionMs }, entries) {
  const isWindowed = entries.some(({ windowStart }) => windowStart !== undefined);
  const hasHeaders = entries.some(({ headers }) => headers !== undefined);
  /** @type {readonly Column[]} */
  const windowColumns = [
    { head: 'start', cell: ({ windowStart = null }) => [shownTime(windowStart, NOTHING)] },
    { head: 'end', cell: ({ windowEnd = null }) => [shownTime(windowEnd, 'never')] },
  ];
  return [
    { head: 'key', cell: ({ key }) => [shownValue(key)] },
    ...(isWindowed ? windowColumns : []),
    { head: 'value', cell: ({ value }) => [shownValue(value)] },
    {
      head: historyRetentionMs === undefined ? 'timestamp' : 'valid from',
      cell: ({ timestamp }) => [shownTime(timestamp, NOTHING)],
    },
    ...(hasHeaders ? [{ head: 'headers', cell: headersOf }] : []),
  ];
}

/** @param {unknown} value */
function shownValue(value) {
  const code = element('code', {}, valueText(value));
  setAttribute(code, 'data-none', value === null || value === '' ? '' : null);
  return code;
}

/** @param {StoreEntry} entry */
function headersOf({ headers = [] }) {
  return headers.map(({ key, value }) => element('code', {}, `${key}: ${valueText(value)}`));
}

/** @param {string | null} text of a time, or of milliseconds that are no time @param {string} none */
function shownTime(text, none) {
  const at = Date.parse(text ?? '');
  if (text === null || Number.isNaN(at)) return text ?? none;
  const time = element('time');
  setTime(time, at, Date.now());
  return time;
}
