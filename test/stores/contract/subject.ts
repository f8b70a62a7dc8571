import type { ByteStore } from '../../../stores/bytes/byte-store.js';
import type { StoreKind } from '../../../stores/kinds/kinds.js';

/** What the contract puts into a store. A kind takes of it what it needs. */
export interface Entry {
  readonly key: string;
  readonly time: number;
  readonly value: string;
}

/** Where entries are that replace each other, or lie together: by key, or by key and time. */
export interface Cell {
  readonly key: string;
  /** 0 where a kind has one cell for each key. */
  readonly time: number;
}

export interface FilledCell extends Cell {
  readonly content: unknown;
}

/** A store of a kind, as the contract uses it. */
export interface StoreAtWork {
  put(entry: Entry): void;
  /** Not called if the kind deletes nothing. */
  delete(cell: Cell): void;
  /** null: nothing. */
  get(cell: Cell): unknown;
  /** In the order of the store. */
  all(): Promise<readonly FilledCell[]>;
  /** What lies before `time` is gone. Not called if nothing of the kind expires. */
  expireBelow(time: number): void;
}

/** What a kind promises. */
export interface Subject {
  readonly kind: StoreKind;
  readonly deletes: boolean;
  readonly expires: boolean;
  /** A record of its changelog may have many rows. */
  readonly packs?: boolean;
  open(bytes: ByteStore): StoreAtWork | Promise<StoreAtWork>;
  cellOf(entry: Entry): Cell;
  /** What the cell has after a put, `before` being null if it had nothing. */
  written(before: unknown, entry: Entry): unknown;
  /** The order in which cells are listed. */
  order(a: Cell, b: Cell): number;
}

/** By the bytes of the key. */
export function byKey(a: Cell, b: Cell): number {
  return Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
}

export function byTimeAndKey(a: Cell, b: Cell): number {
  return a.time - b.time || byKey(a, b);
}
