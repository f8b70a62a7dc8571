import { TextHeader } from '../../kafka/message-headers.js';
import type { Header } from '../../kafka/record.js';

const MOST = 1000;

/** Headers of dead letters that are the same again and again: the name of the error, the node, the topic. */
export class ErrorHeaders {
  /** By name, then by value. A text of both would be made, and hashed, for each header. */
  readonly #known = new Map<string, Map<string | number, Header>>();

  /** One of few that there are. */
  shared(name: string, value: string | number): Header {
    let values = this.#known.get(name);
    if (values === undefined) {
      values = new Map();
      this.#known.set(name, values);
    }
    let known = values.get(value);
    if (known === undefined) {
      if (values.size === MOST) values.clear();
      known = errorHeader(name, value);
      values.set(value, known);
    }
    return known;
  }
}

export function errorHeader(name: string, value: string | number): Header {
  return TextHeader.of(`__streams.errors.${name}`, String(value));
}
