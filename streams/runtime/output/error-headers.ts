import { TextHeader } from '../../kafka/message-headers.js';
import type { Header } from '../../kafka/record.js';

const MOST = 1000;

/** Headers of dead letters that are the same again and again: the name of the error, the node, the topic. */
export class ErrorHeaders {
  readonly #known = new Map<string, Header>();

  /** One of few that there are. */
  shared(name: string, value: string | number): Header {
    const id = `${name} ${value}`;
    let known = this.#known.get(id);
    if (known === undefined) {
      if (this.#known.size === MOST) this.#known.clear();
      known = errorHeader(name, value);
      this.#known.set(id, known);
    }
    return known;
  }
}

export function errorHeader(name: string, value: string | number): Header {
  return TextHeader.of(`__streams.errors.${name}`, String(value));
}
