/** One store: what it is, and its rows or those of a key when it is open. */
import { element, setAttribute, setText } from './elements.js';
import { counted } from './format.js';
import { rowsOf } from './store-reader.js';
import { showRows } from './store-rows.js';
import { kindText, pageText, placesText } from './store-text.js';

/** @typedef {import('./read-store.js').Store} Store */
/** @typedef {import('./store-reader.js').Asked} Asked */
/** @typedef {import('./store-reader.js').Answer} Answer */

/** @type {Asked} */
const ALL = { key: null, after: null, lastFirst: false };

export class StoreView {
  root = element('li', { class: 'store-item' });
  #details = element('details');
  #store;
  #kind = element('span', { class: 'store-kind' });
  #places = element('span', { class: 'store-places' });
  #key = element('input', { name: 'key', required: '', autocomplete: 'off', spellcheck: 'false' });
  #lastFirst = element('input', { type: 'checkbox' });
  #status = element('p', { class: 'store-status', role: 'status' });
  #table = element('table', { class: 'rows' });
  #next = element('button', { type: 'button' }, 'Next rows');
  #json = element('a', { target: '_blank' }, 'These rows as JSON');
  #asked = ALL;
  /** The number of the first row that is shown, from 1 on. */
  #first = 1;
  /** What is shown. undefined while it is read, and if that failed. @type {Answer | undefined} */
  #rows;
  /** Aborted when something else is asked, or the store is closed. */
  #reading = new AbortController();

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    const all = element('button', { type: 'button' }, 'All rows');
    const form = element(
      'form',
      { class: 'store-form' },
      element('label', {}, element('span', {}, 'key'), this.#key),
      element('button', {}, 'Look up'),
      all,
      element('label', {}, this.#lastFirst, element('span', {}, 'last first')),
    );
    const summary = element('summary', {}, element('b', { class: 'store-name' }, store.name), ' ', this.#kind);
    summary.append(' ', this.#places);
    this.#details.append(
      summary,
      form,
      this.#status,
      element('div', { class: 'table-scroll' }, this.#table),
      element('p', { class: 'store-pages' }, this.#next, this.#json),
    );
    this.root.append(this.#details);
    form.addEventListener('submit', event => {
      event.preventDefault();
      this.#begin(this.#key.value);
    });
    all.addEventListener('click', () => this.#begin(null));
    this.#lastFirst.addEventListener('change', () => this.#begin(this.#asked.key));
    this.#next.addEventListener('click', () => this.#goOn());
    this.#details.addEventListener('toggle', () => {
      if (this.#details.open) this.#begin(null);
      else this.close();
    });
    this.update(store);
  }

  /** @param {Store} store */
  update(store) {
    this.#store = store;
    const partitions = counted(store.partitions.length, 'partition', 'partitions');
    setText(this.#kind, `${kindText(store)}, ${partitions}`);
    setText(this.#places, placesText(store.partitions));
  }

  /** Reads what is shown again, if it is open. */
  readAgain() {
    if (this.#details.open) void this.#read(this.#asked, this.#first);
  }

  /** Nothing is read any more. */
  close() {
    this.#reading.abort();
  }

  /** The first rows. @param {string | null} key null: of all keys */
  #begin(key) {
    void this.#read({ key, after: null, lastFirst: this.#lastFirst.checked }, 1);
  }

  #goOn() {
    const rows = this.#rows;
    if (rows === undefined || rows.next === null) return;
    void this.#read({ ...this.#asked, after: rows.next }, this.#first + rows.entries.length);
  }

  /** @param {Asked} asked @param {number} first the number of the first row */
  async #read(asked, first) {
    this.#reading.abort();
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    [this.#asked, this.#first, this.#rows] = [asked, first, undefined];
    setText(this.#status, 'reading');
    try {
      const rows = await rowsOf(this.#store, asked, signal);
      if (!signal.aborted) this.#show(rows, null);
    } catch (error) {
      if (!signal.aborted) this.#show(undefined, error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {Answer | undefined} rows @param {string | null} problem why there are none */
  #show(rows, problem) {
    const { entries, next } = rows ?? { entries: [], next: null };
    this.#rows = rows;
    const page = { first: this.#first, count: entries.length, more: next !== null, key: this.#asked.key };
    setText(this.#status, problem ?? pageText(page));
    setAttribute(this.#status, 'data-problem', problem === null ? null : '');
    this.#table.hidden = entries.length === 0;
    showRows(this.#table, this.#store, entries);
    // Not disabled: a button that is disabled loses the focus.
    setAttribute(this.#next, 'aria-disabled', next === null ? 'true' : null);
    this.#json.hidden = rows === undefined;
    setAttribute(this.#json, 'href', rows?.path ?? null);
  }
}
