import type { LateSink } from '../../dsl/graph/node.js';
import type { Window } from '../../dsl/windows/windows.js';
import { TextHeader } from '../../kafka/message-headers.js';
import type { Header, Headers } from '../../kafka/record.js';
import { ANY_PARTITION } from '../output/record-collector.js';
import type { TaskContext } from './task-context.js';

/** Handles a record whose window has closed: counts it, and sends it to the late topic if there is one. */
export class LateRecords {
  readonly #node: string;
  readonly #sink: LateSink | undefined;
  readonly #context: TaskContext;

  constructor(node: string, sink: LateSink | undefined, context: TaskContext) {
    this.#node = node;
    this.#sink = sink;
    this.#context = context;
  }

  add(key: unknown, value: unknown, timestamp: number, window: Window, headers: Headers): void {
    this.#context.late();
    if (this.#sink === undefined) return;
    try {
      this.#send(this.#sink, key, value, timestamp, window, headers);
    } catch (thrown) {
      // The exception ends here, because the record may belong to windows that are open.
      const input = { key, value, timestamp, headers };
      this.#context.failed('production', this.#node, thrown, input, this.#sink);
    }
  }

  #send(sink: LateSink, key: unknown, value: unknown, timestamp: number, window: Window, headers: Headers): void {
    const { topic, keySerde, valueSerde } = sink;
    const keyBytes = keySerde.serialize(key);
    const valueBytes = value === null || value === undefined ? null : valueSerde.serialize(value);
    const where = [header('start', window.start), header('end', window.end)];
    this.#context.collector.send(topic, ANY_PARTITION, keyBytes, valueBytes, timestamp, [...headers, ...where]);
  }

  /** Counts partial aggregates of this number of records. The records themselves are not known here. */
  addPartial(records: number): void {
    this.#context.late(records);
  }
}

function header(name: string, value: number): Header {
  return TextHeader.of(`__streams.late.window.${name}`, String(value));
}
