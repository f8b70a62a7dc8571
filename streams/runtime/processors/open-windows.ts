import type { StateKey } from '../../../stores/state-database.js';

/** The rows of the windows that have not closed, by window start: which ones are due is known without reading the store. */
export class OpenWindows {
  readonly #rows = new Map<number, Set<StateKey>>();
  #earliest = Number.POSITIVE_INFINITY;

  /** Start of the earliest open window; infinite if none is open. */
  get earliest(): number {
    return this.#earliest;
  }

  add(windowStart: number, row: StateKey): void {
    const rows = this.#rows.get(windowStart);
    if (rows !== undefined) {
      rows.add(row);
      return;
    }
    this.#rows.set(windowStart, new Set([row]));
    if (windowStart < this.#earliest) this.#earliest = windowStart;
  }

  /** Takes out the windows that start at `lastStart` or before. Their rows, by window start, then by bytes of the key. */
  takeUpTo(lastStart: number): { readonly windowStart: number; readonly rows: readonly StateKey[] }[] {
    const due = [...this.#rows.keys()].filter(start => start <= lastStart).sort((a, b) => a - b);
    const taken = due.map(windowStart => ({ windowStart, rows: [...(this.#rows.get(windowStart) ?? [])].sort() }));
    for (const start of due) this.#rows.delete(start);
    this.#earliest = Math.min(...this.#rows.keys());
    return taken;
  }
}
