/** Lag by topic and partition. */
import { byId, element, setAttribute, setText, syncChildren } from './elements.js';
import { number } from './format.js';

/** @typedef {import('../snapshot.js').PartitionLag} PartitionLag */

/** @returns {(lag: readonly PartitionLag[]) => void} */
export function partitionsView() {
  const table = byId('partitions');
  const empty = byId('partitions-empty');
  return lag => {
    empty.hidden = lag.length > 0;
    table.hidden = lag.length === 0;
    syncChildren(table, [...Map.groupBy(lag, ({ topic }) => topic)], ([topic]) => topic, topicRows, updateTopic);
  };
}

/** @param {[string, PartitionLag[]]} entry */
function topicRows([topic]) {
  const name = element('th', { scope: 'rowgroup', colspan: '3' }, topic);
  return element('tbody', {}, element('tr', { class: 'topic' }, name, element('td')));
}

/** @param {HTMLTableSectionElement} body @param {[string, PartitionLag[]]} entry */
function updateTopic(body, [, partitions]) {
  const total = partitions.reduce((sum, { lag }) => sum + lag, 0);
  setText(/** @type {Node} */ (body.rows[0]?.cells[1]), number(total));
  syncChildren(
    body,
    partitions,
    ({ partition }) => String(partition),
    ({ partition }) => {
      const cells = [element('td'), element('td'), element('td')];
      return element('tr', {}, element('th', { class: 'partition', scope: 'row' }, String(partition)), ...cells);
    },
    (row, { end, committed, lag }) => {
      const [, endCell, committedCell, lagCell] = row.cells;
      if (endCell === undefined || committedCell === undefined || lagCell === undefined) return;
      setText(endCell, number(end));
      setText(committedCell, committed < 0 ? 'none' : number(committed));
      setText(lagCell, number(lag));
      setAttribute(row, 'data-behind', lag > 0 ? '' : null);
    },
  );
}
