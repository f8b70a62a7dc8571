import type { ProcessorWindow, ProcessorWindowStore, WindowOfKey } from '../../../../stores/kinds/processor-window.js';
import type { StoreIterator, WindowStore } from '../../../dsl/processor/state-stores.js';
import type { Windowed } from '../../../dsl/windows/windows.js';
import type { StoreAccess } from './store-access.js';

type Range = readonly [key: unknown, from: number, to: number];
type KeyedRange = readonly [keyFrom: unknown, keyTo: unknown, from: number, to: number];

const FORWARD = { reverse: false } as const;
const BACKWARD = { reverse: true } as const;

/** A window store, for one processor. */
export class WindowFacade implements WindowStore<unknown, unknown> {
  readonly name: string;
  readonly #windows: ProcessorWindowStore<unknown, unknown>;
  readonly #sizeMs: number;
  readonly #access: StoreAccess;

  constructor(windows: ProcessorWindowStore<unknown, unknown>, sizeMs: number, access: StoreAccess) {
    this.name = access.name;
    this.#windows = windows;
    this.#sizeMs = sizeMs;
    this.#access = access;
  }

  put(key: unknown, value: unknown, windowStart: number): void {
    this.#access.checkWrite();
    this.#windows.put(key, value ?? null, windowStart);
  }

  fetch(key: unknown, windowStart: number): unknown;
  fetch(key: unknown, from: number, to: number): StoreIterator<number, unknown>;
  fetch(keyFrom: unknown, keyTo: unknown, from: number, to: number): StoreIterator<Windowed<unknown>, unknown>;
  fetch(...args: readonly [unknown, number] | Range | KeyedRange): unknown {
    if (args.length > 2) return this.#fetch(args as Range | KeyedRange, FORWARD);
    this.#access.check();
    const [key, windowStart] = args as readonly [unknown, number];
    return this.#windows.get(key, windowStart);
  }

  backwardFetch(key: unknown, from: number, to: number): StoreIterator<number, unknown>;
  backwardFetch(keyFrom: unknown, keyTo: unknown, from: number, to: number): StoreIterator<Windowed<unknown>, unknown>;
  backwardFetch(...args: Range | KeyedRange): StoreIterator<never, unknown> {
    return this.#fetch(args, BACKWARD);
  }

  fetchAll(from: number, to: number): StoreIterator<Windowed<unknown>, unknown> {
    return this.#keyed(this.#windows.fetchAll(from, to, FORWARD));
  }

  backwardFetchAll(from: number, to: number): StoreIterator<Windowed<unknown>, unknown> {
    return this.#keyed(this.#windows.fetchAll(from, to, BACKWARD));
  }

  all(): StoreIterator<Windowed<unknown>, unknown> {
    return this.#keyed(this.#windows.all(FORWARD));
  }

  backwardAll(): StoreIterator<Windowed<unknown>, unknown> {
    return this.#keyed(this.#windows.all(BACKWARD));
  }

  /** Of one key the entries have the start of the window as their key, of several keys the windowed key. */
  #fetch(args: Range | KeyedRange, direction: { readonly reverse: boolean }): StoreIterator<never, unknown> {
    if (args.length === 3) {
      const [key, from, to] = args;
      return this.#ofKey(this.#windows.fetch(key, from, to, direction)) as StoreIterator<never, unknown>;
    }
    const [keyFrom, keyTo, from, to] = args;
    const windows = this.#windows.fetchKeys({ keyFrom, keyTo, from, to }, direction);
    return this.#keyed(windows) as StoreIterator<never, unknown>;
  }

  #ofKey(windows: Iterable<WindowOfKey<unknown>>): StoreIterator<number, unknown> {
    return this.#access.iterate(windows, ({ start, value }) => ({ key: start, value }));
  }

  #keyed(windows: AsyncIterable<ProcessorWindow<unknown, unknown>>): StoreIterator<Windowed<unknown>, unknown> {
    return this.#access.iterate(windows, ({ key, start, value }) => ({
      key: { key, window: { start, end: start + this.#sizeMs } },
      value,
    }));
  }
}
