/** The three charts: distinct users by window, in against out, lag. */
import { Chart } from './chart.js';
import { byId } from './elements.js';
import { highest, latest } from './flow-history.js';
import { counted, number, rate } from './format.js';

/** @typedef {import('../snapshot.js').Snapshot} Snapshot */
/** @typedef {import('./flow-history.js').FlowColumns} FlowColumns */

/** @param {string} name @param {string} table */
function places(name, table) {
  return {
    plot: byId(`${name}-plot`),
    legend: byId(`${name}-legend`),
    summary: byId(`${name}-summary`),
    table: byId(table),
  };
}

/** @returns {(windows: Snapshot['distinctUsers'], now: number) => void} */
export function distinctChart() {
  const chart = new Chart(places('distinct', 'distinct-table'), {
    name: 'distinct users by window',
    lines: [{ label: 'distinct users', color: '--series-1', bars: true }],
  });
  return (windows, now) => {
    const inOrder = windows.filter(
      ({ windowStart }, index) => windowStart > (windows[index - 1]?.windowStart ?? Number.NEGATIVE_INFINITY),
    );
    const column = inOrder.map(({ distinctUsers }) => distinctUsers);
    const summary = `${counted(inOrder.length, 'window', 'windows')}; most distinct users in one: ${number(highest(column))}.`;
    chart.update({ at: inOrder.map(({ windowStart }) => windowStart), columns: [column], summary, now });
  };
}

/** @returns {(columns: FlowColumns, now: number) => void} */
export function flowChart() {
  const chart = new Chart(places('flow', 'flow-table'), {
    name: 'records a second in and out',
    format: rate,
    lines: [
      { label: 'in', color: '--series-1' },
      { label: 'out', color: '--series-2', dash: [5, 3] },
    ],
  });
  return ({ at, produced, processed }, now) => {
    const summary = `Records a second, the last ${span(at)}; at most ${rate(highest(produced))} in and ${rate(highest(processed))} out.`;
    chart.update({ at, columns: [produced, processed], summary, now });
  };
}

/** @returns {(columns: FlowColumns, now: number) => void} */
export function lagChart() {
  const chart = new Chart(places('lag', 'lag-history-table'), {
    name: 'records produced and not processed yet',
    lines: [{ label: 'lag', color: '--series-3', area: true }],
  });
  return ({ at, lag }, now) => {
    const summary = `Records produced and not processed yet, the last ${span(at)}; now ${number(latest(lag))}, at most ${number(highest(lag))}.`;
    chart.update({ at, columns: [lag], summary, now });
  };
}

/** @param {readonly number[]} at */
function span(at) {
  const minutes = Math.ceil(((at.at(-1) ?? 0) - (at[0] ?? 0)) / 60_000);
  return minutes <= 1 ? 'minute' : `${minutes} minutes`;
}
