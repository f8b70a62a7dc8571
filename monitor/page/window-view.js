/** Countries of the current window as bars, and the most and least represented countries of the last closed window. */
import { byId, element, setText, setTime, syncChildren } from './elements.js';
import { fold } from './fold.js';
import { counted, number } from './format.js';

/** @typedef {import('../snapshot.js').WindowTable} WindowTable */
/** @typedef {import('../snapshot.js').ClosedWindow} ClosedWindow */

const BARS = 15;
const NAMES = 8;

/** @returns {(window: WindowTable | null, now: number) => void} */
export function windowView() {
  const times = windowTimes(byId('window-times'));
  const [totals, top, more] = [byId('window-totals'), byId('countries'), byId('countries-more')];
  const [moreSummary, rest, empty] = [byId('countries-more-summary'), byId('countries-rest'), byId('window-empty')];
  let rows = 0;
  return (window, now) => {
    empty.hidden = window !== null;
    times(window, now);
    const { shown, rest: hidden } = fold(window?.countries ?? [], BARS);
    const users = counted(window?.users ?? 0, 'user', 'users');
    const distinct = `${number(window?.distinctUsers)} distinct`;
    setText(
      totals,
      window === null ? '' : `${users}, ${distinct}, ${counted(window.countries.length, 'country', 'countries')}`,
    );
    const most = shown[0]?.count ?? 0;
    bars(top, shown, most);
    bars(rest, hidden, most);
    more.hidden = hidden.length === 0;
    const usersOfRest = hidden.reduce((sum, { count }) => sum + count, 0);
    setText(moreSummary, `${number(hidden.length)} more with ${counted(usersOfRest, 'user', 'users')}`);
    // A new window has few countries at first. The room stays reserved, so that nothing below jumps.
    rows = Math.max(rows, shown.length);
    top.style.setProperty('--rows', String(rows));
  };
}

/** @param {HTMLElement} list @param {WindowTable['countries']} countries @param {number} most */
function bars(list, countries, most) {
  list.style.setProperty('--digits', String(number(most).length));
  syncChildren(
    list,
    countries,
    ({ country }) => country,
    ({ country }) => {
      const name = element('span', { class: 'bar-name', title: country }, country);
      const track = element('span', { class: 'bar-track', 'aria-hidden': 'true' }, element('span', { class: 'bar' }));
      return element('li', {}, name, track, element('span', { class: 'bar-count' }));
    },
    (row, { count }) => {
      const bar = /** @type {HTMLElement} */ (row.querySelector('.bar'));
      bar.style.setProperty('--share', String(most > 0 ? count / most : 0));
      setText(/** @type {Node} */ (row.lastChild), number(count));
    },
  );
}

/** @returns {(closed: ClosedWindow | null, now: number) => void} */
export function closedView() {
  const times = windowTimes(byId('closed-times'));
  const empty = byId('closed-empty');
  const totals = element('p', { class: 'window-totals' });
  const most = extreme('Most represented');
  const least = extreme('Least represented');
  const body = byId('closed');
  body.append(totals, element('div', { class: 'extremes' }, most.root, least.root));
  return (closed, now) => {
    empty.hidden = closed !== null;
    body.hidden = closed === null;
    times(closed, now);
    if (closed === null) return;
    setText(totals, `${counted(closed.users, 'user', 'users')}, ${number(closed.distinctUsers)} distinct`);
    most.update(closed.mostRepresented);
    least.update(closed.leastRepresented);
  };
}

/** @param {string} title */
function extreme(title) {
  const count = element('span', { class: 'extreme-count' });
  const names = element('ul', { class: 'names' });
  const more = element('summary');
  const rest = element('ul', { class: 'names' });
  const details = element('details', {}, more, rest);
  const root = element('div', { class: 'extreme' }, element('h3', {}, title), count, names, details);
  return {
    root,
    /** @param {ClosedWindow['mostRepresented']} represented */
    update({ countries, count: users }) {
      const tied = countries.length > 1 ? `${number(countries.length)} countries with ` : '';
      const each = countries.length > 1 ? ' each' : '';
      setText(count, `${tied}${counted(users, 'user', 'users')}${each}`);
      const { shown, rest: hidden } = fold(countries, NAMES);
      nameList(names, shown);
      nameList(rest, hidden);
      details.hidden = hidden.length === 0;
      setText(more, `${number(hidden.length)} more`);
    },
  };
}

/** @param {Element} list @param {readonly string[]} names */
function nameList(list, names) {
  syncChildren(
    list,
    names,
    name => name,
    name => element('li', {}, name),
    () => {},
  );
}

/** @param {Element} place @returns {(window: { readonly windowStart: number, readonly windowEnd: number } | null, now: number) => void} */
function windowTimes(place) {
  const start = element('time');
  const end = element('time');
  const span = element('span', {}, start, ' to ', end);
  place.append(span);
  return (window, now) => {
    span.hidden = window === null;
    if (window === null) return;
    setTime(start, window.windowStart, now);
    setTime(end, window.windowEnd, now);
  };
}
