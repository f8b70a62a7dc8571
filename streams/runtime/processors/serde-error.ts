import type { Serde } from '../../dsl/serde/serdes.js';

/**
 * A serde threw. `cause` is its exception, which the error handlers get. The message, which stops the application,
 * names the option.
 */
export class SerdeError extends Error {
  readonly option: 'keySerde' | 'valueSerde';

  constructor(cause: unknown, option: 'keySerde' | 'valueSerde') {
    super(`${option} failed`, { cause });
    this.name = 'SerdeError';
    this.option = option;
  }
}

/** The bytes of a key or a value that is not null. Throws a SerdeError. */
export function serialized(serde: Serde<unknown>, part: unknown, option: SerdeError['option']): Buffer {
  try {
    return serde.serialize(part);
  } catch (thrown) {
    throw new SerdeError(thrown, option);
  }
}
