/** A binary heap: reads the least item in O(1), and removes it in O(log n). The order of equal items is undefined. */
export class MinHeap<T> {
  readonly #before: (a: T, b: T) => boolean;
  /** No item is less than its parent. The parent of item `n` is at (n - 1) / 2, rounded down. */
  readonly #items: T[] = [];

  /** @param before returns true if `a` is less than `b` */
  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  /** The least item; undefined if there is none. */
  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    let index = this.#items.push(item) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.#items[above] as T;
      if (!this.#before(item, parent)) break;
      this.#items[index] = parent;
      index = above;
    }
    this.#items[index] = item;
  }

  /** Removes the least item. */
  pop(): T | undefined {
    const least = this.#items[0];
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) this.#sink(last);
    return least;
  }

  /** Puts `item` in the place of the first one, and moves it down to its place. */
  #sink(item: T): void {
    const { length } = this.#items;
    let index = 0;
    for (let child = 1; child < length; child = 2 * index + 1) {
      const right = child + 1;
      if (right < length && this.#before(this.#items[right] as T, this.#items[child] as T)) child = right;
      if (!this.#before(this.#items[child] as T, item)) break;
      this.#items[index] = this.#items[child] as T;
      index = child;
    }
    this.#items[index] = item;
  }
}
