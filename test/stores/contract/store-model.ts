import fc from 'fast-check';
import type { Cell, Entry, FilledCell, Subject } from './subject.js';

export type Action =
  | { readonly kind: 'put'; readonly entry: Entry }
  | { readonly kind: 'delete'; readonly cell: Cell }
  | { readonly kind: 'expireBelow'; readonly time: number }
  | { readonly kind: 'stage' | 'commit' | 'abort' | 'persist' | 'crash' | 'rebuild' };

export function actions(keys: readonly string[], times: readonly number[]): fc.Arbitrary<readonly Action[]> {
  const key = fc.constantFrom(...keys);
  const time = fc.constantFrom(...times);
  const entry = fc.record({ key, time, value: fc.string({ maxLength: 3 }) });
  const step = (kind: 'stage' | 'commit' | 'abort' | 'persist' | 'crash' | 'rebuild') => fc.constant({ kind } as const);
  const action: fc.Arbitrary<Action> = fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('put'), entry }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete'), cell: fc.record({ key, time }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('expireBelow'), time }) },
    { weight: 5, arbitrary: step('stage') },
    { weight: 5, arbitrary: step('commit') },
    { weight: 1, arbitrary: step('abort') },
    { weight: 3, arbitrary: step('persist') },
    { weight: 1, arbitrary: step('crash') },
    { weight: 1, arbitrary: step('rebuild') },
  );
  return fc.array(action, { maxLength: 40, size: 'max' });
}

interface Version {
  readonly cells: ReadonlyMap<string, FilledCell>;
  readonly expiredBelow: number;
}

const EMPTY: Version = { cells: new Map(), expiredBelow: 0 };

/** A store as whole copies: what the task sees, what its commit under way has, and what is committed. */
export class StoreModel {
  readonly #subject: Subject;
  #active = EMPTY;
  #staged: Version | undefined;
  #committed = EMPTY;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  /** False for what a task does not do with a store of the kind as it is: it writes to nothing that has expired, and so on. */
  allows(action: Action): boolean {
    const { deletes, expires } = this.#subject;
    switch (action.kind) {
      case 'put':
        return !expires || action.entry.time >= this.#active.expiredBelow;
      case 'delete':
        return deletes && (!expires || action.cell.time >= this.#active.expiredBelow);
      case 'expireBelow':
        return expires && action.time > this.#active.expiredBelow;
      case 'stage':
        return this.#staged === undefined;
      case 'commit':
        return this.#staged !== undefined;
      default:
        return true;
    }
  }

  apply(action: Action): void {
    const { cellOf, written } = this.#subject;
    switch (action.kind) {
      case 'put': {
        const cell = cellOf(action.entry);
        const content = written(this.get(cell), action.entry);
        this.#set({ ...cell, content });
        return;
      }
      case 'delete':
        this.#set({ ...cellOf({ ...action.cell, value: '' }), content: null });
        return;
      case 'expireBelow':
        this.#active = { ...this.#active, expiredBelow: action.time };
        return;
      case 'stage':
        this.#staged = this.#active;
        return;
      case 'commit':
        this.#committed = this.#staged ?? this.#committed;
        this.#staged = undefined;
        return;
      case 'persist':
        return;
      default:
        this.#active = this.#committed;
        this.#staged = undefined;
    }
  }

  get committedExpiry(): number {
    return this.#committed.expiredBelow;
  }

  get(cell: Cell): unknown {
    return this.#isExpired(cell) ? null : (this.#active.cells.get(idOf(cell))?.content ?? null);
  }

  get all(): readonly FilledCell[] {
    const cells = [...this.#active.cells.values()].filter(cell => cell.content !== null && !this.#isExpired(cell));
    return cells.sort(this.#subject.order);
  }

  #set(cell: FilledCell): void {
    this.#active = { ...this.#active, cells: new Map(this.#active.cells).set(idOf(cell), cell) };
  }

  #isExpired({ time }: Cell): boolean {
    return this.#subject.expires && time < this.#active.expiredBelow;
  }
}

function idOf({ key, time }: Cell): string {
  return `${time} ${key}`;
}
