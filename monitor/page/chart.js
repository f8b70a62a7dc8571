/** A chart over time: uPlot, with its values as text beside it and as a table below. */
import uPlot from '/vendor/uPlot.esm.js';
import { element, setText, setTime, syncChildren } from './elements.js';
import { thinOut } from './fold.js';
import { clockTime, isKnown, number, shortNumber } from './format.js';

/** @typedef {{ readonly label: string, readonly color: string, readonly dash?: number[], readonly bars?: boolean, readonly area?: boolean }} Line color: a custom property of the page */
/** @typedef {(number | null)[]} Column */
/**
 * @typedef {object} ChartPlaces
 * @property {HTMLElement} plot
 * @property {HTMLElement} legend
 * @property {HTMLElement} summary
 * @property {HTMLElement} table a `<details>`
 */

const TABLE_ROWS = 30;
const LEAST_SPAN_MS = 60_000;

export class Chart {
  #plot;
  #summary;
  #table;
  #format;
  #rows = element('tbody');
  #empty = element('p', { class: 'plot-empty' }, 'nothing to draw yet');
  /** @type {HTMLElement[]} */
  #values;
  /** @type {number[]} */
  #at = [];
  /** @type {Column[]} */
  #columns = [];
  #now = 0;
  #chart;

  /**
   * @param {ChartPlaces} places
   * @param {object} options
   * @param {string} options.name
   * @param {readonly Line[]} options.lines
   * @param {(value: number | null | undefined) => string} [options.format]
   */
  constructor({ plot, legend, summary, table }, { name, lines, format = number }) {
    this.#plot = plot;
    this.#summary = summary;
    this.#table = table;
    this.#format = format;
    this.#values = lines.map(() => element('b'));
    const time = element('time', { class: 'legend-time' });
    legend.append(
      time,
      ...lines.map(({ label, color, dash, bars }, index) => {
        const swatch = element('i', { class: `swatch${dash === undefined ? '' : ' dashed'}${bars ? ' block' : ''}` });
        swatch.style.setProperty('--color', `var(${color})`);
        return element('span', {}, swatch, `${label} `, /** @type {HTMLElement} */ (this.#values[index]));
      }),
    );
    plot.setAttribute('role', 'img');
    plot.setAttribute('aria-label', `Chart: ${name}`);
    plot.setAttribute('aria-describedby', summary.id);
    plot.append(this.#empty);
    const heads = ['time', ...lines.map(({ label }) => label)].map(text => element('th', { scope: 'col' }, text));
    const head = element('thead', {}, element('tr', {}, ...heads));
    table.append(element('div', { class: 'table-scroll' }, element('table', { class: 'numbers' }, head, this.#rows)));
    table.addEventListener('toggle', () => this.#fillTable());

    this.#chart = new uPlot(
      options(lines, plot, () => this.#showLegend(time)),
      [[], ...lines.map(() => [])],
      plot,
    );
    new ResizeObserver(() => this.#fit()).observe(plot);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#chart.redraw(false));
  }

  /**
   * @param {object} data
   * @param {number[]} data.at milliseconds since the epoch, rising
   * @param {Column[]} data.columns one for each line; null is a gap
   * @param {string} data.summary
   * @param {number} data.now
   */
  update({ at, columns, summary, now }) {
    this.#at = at;
    this.#columns = columns;
    this.#now = now;
    const drawn = columns.some(column => column.some(isKnown));
    this.#empty.hidden = drawn;
    this.#table.hidden = !drawn;
    this.#chart.setData([at, ...columns]);
    setText(this.#summary, drawn ? summary : '');
    this.#fillTable();
  }

  /** Of the moment under the pointer, or the last one. @param {HTMLElement} time */
  #showLegend(time) {
    const hovered = this.#chart?.cursor.idx ?? null;
    const index = hovered ?? this.#at.length - 1;
    setText(time, hovered === null ? '' : clockTime(this.#at[hovered] ?? Number.NaN, this.#now));
    this.#values.forEach((value, line) => {
      setText(value, this.#format(this.#columns[line]?.[index]));
    });
  }

  #fit() {
    const { clientWidth: width, clientHeight: height } = this.#plot;
    if (width > 0 && height > 0) this.#chart.setSize({ width, height });
  }

  #fillTable() {
    if (!(/** @type {HTMLDetailsElement} */ (this.#table).open)) return;
    const rows = this.#at.map((at, index) => ({ at, values: this.#columns.map(column => column[index] ?? null) }));
    const known = rows.filter(({ values }) => values.some(isKnown));
    syncChildren(
      this.#rows,
      thinOut(known, TABLE_ROWS).toReversed(),
      ({ at }) => String(at),
      ({ values }) =>
        element('tr', {}, element('th', { scope: 'row' }, element('time')), ...values.map(() => element('td'))),
      (row, { at, values }) => {
        setTime(/** @type {Element} */ (row.querySelector('time')), at, this.#now);
        row.querySelectorAll('td').forEach((cell, index) => {
          setText(cell, this.#format(values[index]));
        });
      },
    );
  }
}

/**
 * @param {readonly Line[]} lines
 * @param {HTMLElement} plot
 * @param {() => void} moved
 * @returns {uPlot.Options}
 */
function options(lines, plot, moved) {
  const color = (/** @type {string} */ name) => () => getComputedStyle(plot).getPropertyValue(name).trim();
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const grid = { stroke: color('--line'), width: 1 };
  return {
    width: Math.max(plot.clientWidth, 100),
    height: Math.max(plot.clientHeight, 100),
    ms: 1,
    padding: [8, 24, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { size: 7 } },
    hooks: { setCursor: [moved], setData: [moved] },
    scales: {
      x: {
        time: true,
        range: (u, min, max) =>
          timeRange(
            u,
            min,
            max,
            lines.some(({ bars }) => bars),
          ),
      },
      y: { range: (_u, _min, max) => [0, isKnown(max) && max > 0 ? uPlot.rangeNum(0, max, 0.08, true)[1] : 1] },
    },
    axes: [
      {
        stroke: color('--ink-2'),
        font,
        grid: { show: false },
        ticks: { ...grid, size: 4 },
        space: 80,
        size: 26,
        values: (_u, splits, _axis, _space, step) =>
          splits.map(at => (step < LEAST_SPAN_MS ? clockTime(at) : clockTime(at).slice(0, -3))),
      },
      {
        stroke: color('--ink-2'),
        font,
        grid,
        ticks: { show: false },
        space: 34,
        size: (_u, values) => 12 + 6.4 * Math.max(3, ...(values ?? []).map(value => value.length)),
        incrs: [1, 2, 5]
          .flatMap(digit => Array.from({ length: 12 }, (_none, power) => digit * 10 ** power))
          .sort((a, b) => a - b),
        values: (_u, splits) => splits.map(value => shortNumber(value)),
      },
    ],
    series: [
      {},
      ...lines.map(({ label, color: name, dash, bars, area }) => ({
        label,
        stroke: color(name),
        width: bars ? 0 : 1.8,
        ...(dash === undefined ? {} : { dash }),
        ...(bars ? { fill: color(name), paths: barPaths() } : {}),
        ...(area ? { fill: color('--area') } : {}),
        points: { show: bars ? false : alone, size: 6, fill: color(name) },
      })),
    ],
  };
}

function barPaths() {
  const { bars } = uPlot.paths;
  if (bars === undefined) throw new Error('this build of uPlot draws no bars');
  return bars({ size: [0.72, 26], radius: 0.15 });
}

/**
 * A value that is alone makes no line: it is drawn as a point.
 * @param {uPlot} u
 * @param {number} line
 * @param {number} from
 * @param {number} to
 */
function alone(u, line, from, to) {
  const column = u.data[line] ?? [];
  let values = 0;
  for (let index = from; index <= to && values < 2; index++) if (isKnown(column[index])) values++;
  return values === 1;
}

/** @param {uPlot} u @param {number | null} min @param {number | null} max @param {boolean} bars @returns {[number, number]} */
function timeRange(u, min, max, bars) {
  if (!isKnown(min) || !isKnown(max)) {
    const now = Date.now();
    return [now - LEAST_SPAN_MS, now];
  }
  if (!bars) return [Math.min(min, max - LEAST_SPAN_MS), max];
  const at = u.data[0];
  const step = at.length > 1 ? (max - min) / (at.length - 1) : LEAST_SPAN_MS;
  return [min - step, max + step];
}
