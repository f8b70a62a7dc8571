import type { Header } from '../../kafka/record.js';

const MOST = 1000;

/**
 * Headers of dead letters that are the same again and again: the name of the error, the node, the topic. They are
 * frozen, so a producer need not convert them again.
 */
export class ErrorHeaders {
  readonly #known = new Map<string, Header>();

  /** One of few that there are. */
  shared(name: string, value: string | number): Header {
    const id = `${name} ${value}`;
    let known = this.#known.get(id);
    if (known === undefined) {
      if (this.#known.size === MOST) this.#known.clear();
      known = Object.freeze(errorHeader(name, value));
      this.#known.set(id, known);
    }
    return known;
  }
}

export function errorHeader(name: string, value: string | number): Header {
  return { key: `__streams.errors.${name}`, value: Buffer.from(String(value)) };
}
