import { setImmediate as immediate } from 'node:timers/promises';
import type { Script } from './scripted-processor.js';

/** Keys of two partitions, where a topic has two. */
export const LEFT = 'key-0';
export const RIGHT = 'key-2';

/** Promises that a test resolves. */
export class Gate {
  readonly #waiting: { readonly open: () => void; readonly fail: (error: Error) => void }[] = [];

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  wait(): Promise<void> {
    return new Promise((open, fail) => this.#waiting.push({ open, fail }));
  }

  /** The first of those that wait goes on. */
  open(): void {
    this.#waiting.shift()?.open();
  }

  /** The first of those that wait fails. */
  fail(error: Error): void {
    this.#waiting.shift()?.fail(error);
  }

  /** Lets everything that waits go on, until `done` has settled. */
  async opening<T>(done: Promise<T>): Promise<T> {
    let isDone = false;
    const ended = done.finally(() => {
      isDone = true;
    });
    ended.catch(() => {});
    while (!isDone) {
      this.open();
      await immediate();
    }
    return await ended;
  }
}

/** Forwards each record when the gate opens for it; those of key RIGHT at once. */
export function waitingAt(gate: Gate, resumed: unknown[] = []): Script {
  return {
    process(hands, key, value, timestamp) {
      const forward = (): void => hands.forward(key, value, timestamp);
      const resume = (): void => {
        resumed.push(value);
        forward();
      };
      if (key === RIGHT) forward();
      else hands.wait(() => gate.wait(), resume);
    },
  };
}

/**
 * For each record: adds a row, then reads all rows and forwards their number. Each read takes some more turns of the
 * event loop.
 */
export function countingIn(turnsOfRead: number): Script {
  return {
    process(hands, key, value, timestamp) {
      hands.rows.put(String(value), 1, timestamp);
      hands.wait(
        async () => {
          for (let turn = 0; turn < turnsOfRead; turn++) await immediate();
          return await hands.rows.all();
        },
        rows => hands.forward(key, `${value}: ${rows.length} of ${hands.partition}`, timestamp),
      );
    },
  };
}

/** The same, without further turns. */
export const counting = countingIn(0);

/** Some turns of the event loop. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await immediate();
}
