/** The large figures: what went in, and whether all of it came out. */
import { byId, element, setAttribute, setText, svgElement } from './elements.js';
import { NOTHING, number, percent, rate } from './format.js';
import { unaccounted } from './problems.js';

/** @typedef {import('../snapshot.js').AuditTotals} AuditTotals */
/** @typedef {{ readonly produced: number | null, readonly processed: number | null }} Rates */
/**
 * @typedef {object} Figure
 * @property {keyof AuditTotals} name
 * @property {(audit: AuditTotals, rates: Rates) => string} note
 */

/** @param {AuditTotals} audit @param {number} part */
const ofProcessed = (audit, part) => `${percent(part, audit.produced - audit.lag)} of processed`;

/** @param {number | null} perSecond @param {string} direction */
const flow = (perSecond, direction) => (perSecond === null ? 'rate not known' : `${rate(perSecond)} ${direction}`);

/** @type {readonly Figure[]} */
const FIGURES = [
  { name: 'produced', note: (_audit, { produced }) => flow(produced, 'in') },
  { name: 'cleaned', note: audit => ofProcessed(audit, audit.cleaned) },
  { name: 'rejected', note: audit => ofProcessed(audit, audit.rejected) },
  { name: 'late', note: audit => ofProcessed(audit, audit.late) },
  { name: 'lag', note: ({ lag }, { processed }) => (lag === 0 ? 'caught up' : flow(processed, 'out')) },
  { name: 'unaccounted', note: audit => unaccounted(audit.unaccounted) },
];

const LEAST_CHARACTERS = 9;
const CHECK = 'M3 8.5l3.2 3.2L13 5';
const WARNING = 'M8 1.8L15 14H1L8 1.8z M8 6.3v3.6 M8 11.9v.2';

/** @returns {(audit: AuditTotals | null, rates: Rates, stale: boolean) => void} stale: these are the last figures known */
export function figuresView() {
  const mark = svgElement('path', { d: '' });
  const tiles = FIGURES.map(({ name, note }) => {
    const value = element('dd', { class: 'figure-value' }, NOTHING);
    const noteText = element('span');
    const noteLine = element('dd', { class: 'figure-note' }, noteText);
    const tile = element('div', { class: 'figure', id: `figure-${name}` }, element('dt', {}, name), value, noteLine);
    if (name === 'unaccounted') {
      noteLine.prepend(svgElement('svg', { class: 'mark', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, mark));
    }
    return { name, note, tile, value, noteText };
  });
  const list = byId('figures');
  list.append(...tiles.map(({ tile }) => tile));
  let characters = LEAST_CHARACTERS;

  return (audit, rates, stale) => {
    for (const { name, note, tile, value, noteText } of tiles) {
      const text = number(audit?.[name]);
      setText(value, text);
      characters = Math.max(characters, text.length);
      const old = stale && name !== 'unaccounted';
      setText(noteText, audit === null ? 'no checkpoint yet' : old ? 'last known' : note(audit, rates));
      if (name !== 'unaccounted') continue;
      const state = audit === null ? 'unknown' : audit.unaccounted === 0 ? 'good' : 'alarm';
      setAttribute(tile, 'data-state', state);
      setAttribute(mark, 'd', state === 'alarm' ? WARNING : state === 'good' ? CHECK : '');
    }
    // All figures have the font size at which the longest one fits.
    list.style.setProperty('--characters', String(characters));
  };
}
