import type { AuditTotals } from './snapshot.js';

type Counted = Pick<AuditTotals, 'produced' | 'cleaned' | 'rejected' | 'late'>;

const NOTHING: Counted = { produced: 0, cleaned: 0, rejected: 0, late: 0 };

/** The totals as counters. They never go back, unless the topics they count were created again. */
export class CounterTotals implements Counted {
  #seen = NOTHING;

  get produced(): number {
    return this.#seen.produced;
  }

  get cleaned(): number {
    return this.#seen.cleaned;
  }

  get rejected(): number {
    return this.#seen.rejected;
  }

  get late(): number {
    return this.#seen.late;
  }

  advance({ produced, cleaned, rejected, late }: Counted): void {
    this.#seen = {
      produced: Math.max(this.produced, produced),
      cleaned: Math.max(this.cleaned, cleaned),
      rejected: Math.max(this.rejected, rejected),
      late: Math.max(this.late, late),
    };
  }

  /** Starts counting again. */
  restart(): void {
    this.#seen = NOTHING;
  }
}
