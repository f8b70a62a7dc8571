/** The monitor's server-sent events, and the state of the connection. */

/**
 * - `connecting`: no event has arrived yet
 * - `live`
 * - `silent`: connected, but without events for longer than the monitor ever waits
 * - `broken`: not connected; the page tries again
 * - `unreadable`: the page could not read an event; until it gets a snapshot that it can read
 * @typedef {{ readonly name: 'connecting' | 'live' | 'silent' | 'broken' | 'unreadable', readonly since: number }}
 * FeedState
 */

export const EVENTS = /** @type {const} */ (['topology', 'history', 'snapshot']);

/** The monitor sends an event each second. */
const SILENT_MS = 5000;
/** The browser does not report a connection whose other end disappeared silently. */
const GIVE_UP_MS = 15_000;
/** EventSource reconnects by itself, but not after an answer such as 502. */
const REOPEN_MS = 2000;

export class EventFeed {
  #url;
  #take;
  #changed;
  /** @type {EventSource | undefined} */
  #source;
  /** @type {FeedState} */
  #state = { name: 'connecting', since: Date.now() };
  /** By the monotonic clock. `Date.now()` is only for display. */
  #heardAt = performance.now();
  /** @type {number | undefined} */
  #closedAt;

  /**
   * @param {object} options
   * @param {string} options.url
   * @param {(event: typeof EVENTS[number], data: unknown) => void} options.take throws if it can't use the data
   * @param {(state: FeedState) => void} options.changed
   */
  constructor({ url, take, changed }) {
    this.#url = url;
    this.#take = take;
    this.#changed = changed;
  }

  get state() {
    return this.#state;
  }

  open() {
    this.#source?.close();
    this.#closedAt = undefined;
    this.#heardAt = performance.now();
    const source = new EventSource(this.#url);
    this.#source = source;
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) this.#closedAt = performance.now();
      this.#set('broken');
    });
    source.addEventListener('open', () => {
      this.#heardAt = performance.now();
    });
    for (const name of EVENTS) {
      source.addEventListener(name, event => {
        this.#heardAt = performance.now();
        try {
          this.#take(name, JSON.parse(event.data));
          // The events before the first snapshot show too that the monitor is there.
          if (name === 'snapshot' || this.#state.name !== 'unreadable') this.#set('live');
        } catch {
          this.#set('unreadable');
        }
      });
    }
  }

  /** Notices silence, and opens a permanently closed connection again. Call it each second. */
  check() {
    const now = performance.now();
    const silence = now - this.#heardAt;
    if (this.#closedAt !== undefined) {
      if (now - this.#closedAt >= REOPEN_MS) this.open();
      return;
    }
    const connected = this.#source?.readyState === EventSource.OPEN;
    if (silence > SILENT_MS && connected && this.#state.name !== 'broken') this.#set('silent', Date.now() - silence);
    if (silence > GIVE_UP_MS) {
      if (!connected) this.#set('broken', Date.now() - silence);
      this.open();
    }
  }

  /** @param {FeedState['name']} name @param {number} [since] */
  #set(name, since = Date.now()) {
    if (name === this.#state.name) return;
    // A connection that becomes silent and then breaks has been away since the silence began.
    const goesOn = name === 'broken' && this.#state.name === 'silent';
    this.#state = { name, since: goesOn ? this.#state.since : since };
    this.#changed(this.#state);
  }
}
