import type { KeyValue } from '../../../dsl/options/key-value.js';
import type { StoreIterator } from '../../../dsl/processor/state-stores.js';
import type { Access } from './access.js';

/** The use of one store by one processor. */
export class StoreAccess {
  readonly name: string;
  readonly #access: Access;
  readonly #isReadOnly: boolean;

  /** @param isReadOnly true for the rows of a table, which only its own updates change */
  constructor(name: string, access: Access, isReadOnly: boolean) {
    this.name = name;
    this.#access = access;
    this.#isReadOnly = isReadOnly;
  }

  /** Throws an InvalidStateStoreError if the processor has nothing in process. */
  check(): void {
    if (!this.#access.isOpen) this.#access.check(`store ${this.name} is used`);
  }

  /** Throws a TypeError, too, if the store can't be written. */
  checkWrite(): void {
    this.check();
    if (this.#isReadOnly) throw new TypeError(`store ${this.name} has the rows of a table: processors only read it`);
  }

  /** The entries of what a store has found. Each step checks the access. */
  async *iterate<T, K, V>(
    found: Iterable<T> | AsyncIterable<T>,
    entryOf: (each: T) => KeyValue<K, V>,
  ): StoreIterator<K, V> {
    this.check();
    try {
      for await (const each of found) {
        this.check();
        yield entryOf(each);
      }
    } catch (error) {
      // The task ends iterations that are left over.
      this.check();
      throw error;
    }
  }
}
