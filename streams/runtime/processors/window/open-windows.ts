import type { StateKey } from '../../../../stores/encoding/state-key.js';
import { MinHeap } from '../min-heap.js';

/**
 * The rows of the windows that have not closed, by window start. So the windows that are due are known without reading
 * the store.
 */
export class OpenWindows {
  readonly #rows = new Map<number, Set<StateKey>>();
  readonly #starts = new MinHeap<number>((a, b) => a < b);

  /** Start of the earliest open window; infinite if none is open. */
  get earliest(): number {
    return this.#starts.peek() ?? Number.POSITIVE_INFINITY;
  }

  add(windowStart: number, row: StateKey): void {
    const rows = this.#rows.get(windowStart);
    if (rows !== undefined) {
      rows.add(row);
      return;
    }
    this.#rows.set(windowStart, new Set([row]));
    this.#starts.push(windowStart);
  }

  /**
   * Removes the windows that start at `lastStart` or before. Returns their rows, ordered by window start, then by the
   * bytes of the key.
   */
  takeUpTo(lastStart: number): { readonly windowStart: number; readonly rows: readonly StateKey[] }[] {
    const taken: { readonly windowStart: number; readonly rows: readonly StateKey[] }[] = [];
    for (let start = this.earliest; start <= lastStart; start = this.earliest) {
      this.#starts.pop();
      taken.push({ windowStart: start, rows: [...(this.#rows.get(start) ?? [])].sort() });
      this.#rows.delete(start);
    }
    return taken;
  }
}
