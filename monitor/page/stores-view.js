/** The stores of the application. They are read when the panel is opened, and when its user wants it. */
import { byId, setAttribute, setText, syncChildren } from './elements.js';
import { storesOf } from './store-reader.js';
import { StoreView } from './store-view.js';

/** @typedef {import('./read-store.js').Store} Store */

export class StoresView {
  #panel = /** @type {HTMLDetailsElement} */ (byId('stores'));
  #status = byId('stores-status');
  #list = byId('stores-list');
  /** By name. @type {Map<string, StoreView>} */
  #views = new Map();
  #reading = new AbortController();

  constructor() {
    this.#panel.addEventListener('toggle', () => {
      if (this.#panel.open) void this.#read();
      else this.#reading.abort();
    });
    byId('stores-again').addEventListener('click', () => {
      void this.#read();
      for (const view of this.#views.values()) view.readAgain();
    });
  }

  async #read() {
    this.#reading.abort();
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    this.#say('reading');
    try {
      const stores = await storesOf(signal);
      if (signal.aborted) return;
      this.#say(stores.length === 0 ? 'The application has no stores that can be queried.' : '');
      this.#show(stores);
    } catch (error) {
      if (!signal.aborted) this.#say(error instanceof Error ? error.message : String(error), true);
    }
  }

  /** @param {readonly Store[]} stores */
  #show(stores) {
    const names = new Set(stores.map(({ name }) => name));
    for (const [name, view] of this.#views) {
      if (names.has(name)) continue;
      view.close();
      this.#views.delete(name);
    }
    syncChildren(
      this.#list,
      stores,
      ({ name }) => name,
      store => {
        const view = new StoreView(store);
        this.#views.set(store.name, view);
        return view.root;
      },
      (_root, store) => this.#views.get(store.name)?.update(store),
    );
  }

  /** @param {string} text @param {boolean} [isProblem] */
  #say(text, isProblem = false) {
    setText(this.#status, text);
    setAttribute(this.#status, 'data-problem', isProblem ? '' : null);
  }
}
