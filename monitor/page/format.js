/** Texts of numbers and times, as the page shows them. */

/** Shown in the place of a missing value. */
export const NOTHING = '–';

const THIN_SPACE = '\u202f';
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayAndYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/**
 * @param {Intl.NumberFormat} formatter
 * @param {number} value
 */
function thin(formatter, value) {
  return formatter
    .formatToParts(value)
    .map(part => (part.type === 'group' ? THIN_SPACE : part.value))
    .join('');
}

/**
 * @param {number | null | undefined} value
 * @returns {value is number}
 */
export function isKnown(value) {
  return typeof value === 'number' && Number.isFinite(value);
}

/** 1 234 567, with thin spaces. @param {number | null | undefined} value */
export function number(value) {
  return isKnown(value) ? thin(whole, value) : NOTHING;
}

/** A number for a narrow place: 12 345, 1.2M. @param {number | null | undefined} value */
export function shortNumber(value) {
  if (!isKnown(value)) return NOTHING;
  return Math.abs(value) < 100_000 ? thin(whole, value) : compact.format(value);
}

/** Records a second: 0.4/s, 1 234/s. @param {number | null | undefined} value */
export function rate(value) {
  if (!isKnown(value)) return NOTHING;
  const text = value > 0 && value < 9.95 ? thin(tenths, value) : shortNumber(value);
  return `${text}/s`;
}

/**
 * @param {number} part
 * @param {number} total
 */
export function percent(part, total) {
  return total > 0 ? `${thin(tenths, (100 * part) / total)}${THIN_SPACE}%` : NOTHING;
}

/**
 * Local time of day; with the date when that is another day than `now`'s.
 * @param {number} at
 * @param {number} [now]
 */
export function clockTime(at, now = at) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return NOTHING;
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) return time.format(date);
  const sameYear = date.getFullYear() === today.getFullYear();
  return `${(sameYear ? day : dayAndYear).format(date)} ${time.format(date)}`;
}

/** ISO 8601 in UTC. @param {number} at */
export function utc(at) {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? NOTHING : date.toISOString();
}

/** @type {readonly (readonly [number, string])[]} */
const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/** In the largest unit in which it is a whole number: 90 s, 1 h. @param {number} ms */
export function duration(ms) {
  const [unitMs, unit] = UNITS.find(([length]) => ms > 0 && ms % length === 0) ?? [1, 'ms'];
  return `${number(ms / unitMs)}${THIN_SPACE}${unit}`;
}

/** "1 country", "2 countries". @param {number} count @param {string} one @param {string} many */
export function counted(count, one, many) {
  return `${number(count)} ${count === 1 ? one : many}`;
}
