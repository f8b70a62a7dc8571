import type { ScanAction, StoreAction } from './byte-store-actions.js';

interface Layer {
  readonly rows: ReadonlyMap<string, string>;
  /** Keys below it are gone. */
  readonly expired: string;
}

const EMPTY: Layer = { rows: new Map(), expired: '' };

/** A ByteStore without layers of writes: a whole copy of the rows for each stage that a transaction goes through. */
export class ByteStoreModel {
  #active = EMPTY;
  #staged: Layer | undefined;
  #committed = EMPTY;
  #disk = EMPTY;

  apply(action: Exclude<StoreAction, ScanAction>): void {
    switch (action.kind) {
      case 'put':
        this.#active = { ...this.#active, rows: withRow(this.#active.rows, action.key, action.value) };
        return;
      case 'expireBelow':
        if (action.key > this.#active.expired) this.#active = { ...this.#active, expired: action.key };
        return;
      case 'stage':
        this.#staged = this.#active;
        return;
      case 'commit':
        this.#committed = this.#staged ?? this.#committed;
        this.#staged = undefined;
        return;
      case 'rollback':
        this.#active = this.#committed;
        this.#staged = undefined;
        return;
      case 'persist':
        this.#disk = { ...this.#committed, rows: new Map(live(this.#committed)) };
        return;
      case 'restore': {
        const rows = withRow(this.#disk.rows, action.key, action.value);
        this.#disk = { ...this.#disk, rows };
        this.#committed = { ...this.#committed, rows };
        this.#active = { ...this.#active, rows };
        return;
      }
      case 'crash':
        // Expiry is no part of the rows, so it is set again.
        this.#committed = { rows: this.#disk.rows, expired: '' };
        this.#active = { rows: this.#disk.rows, expired: action.expired };
        this.#staged = undefined;
    }
  }

  get(key: string): string | null {
    return key < this.#active.expired ? null : (this.#active.rows.get(key) ?? null);
  }

  getCommitted(key: string): string | null {
    return key < this.#committed.expired ? null : (this.#committed.rows.get(key) ?? null);
  }

  committedEntries(from: string, to: string): [string, string][] {
    return live(this.#committed).filter(([key]) => key >= from && key < to);
  }

  get disk(): [string, string][] {
    return [...this.#disk.rows].sort(byKey);
  }

  entries(from = '', to = '\uffff'): [string, string][] {
    return live(this.#active).filter(([key]) => key >= from && key < to);
  }
}

function withRow(rows: ReadonlyMap<string, string>, key: string, value: string | null): Map<string, string> {
  const changed = new Map(rows);
  if (value === null) changed.delete(key);
  else changed.set(key, value);
  return changed;
}

function live({ rows, expired }: Layer): [string, string][] {
  return [...rows].filter(([key]) => key >= expired).sort(byKey);
}

function byKey([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}
