import assert from 'node:assert/strict';
import type { ByteStore } from '../../stores/bytes/byte-store.js';
import type { ScanAction } from './byte-store-actions.js';
import type { ByteStoreModel } from './byte-store-model.js';

interface OpenScan {
  readonly entries: AsyncIterator<[string, Buffer], undefined>;
  /** What it has yet to give: a copy of the time at which it began. */
  readonly expected: [string, string][];
}

/** Scans of a store that are open while it is written to, each with what it must give. */
export class ScansOfModel {
  #open: OpenScan[] = [];

  async apply(action: ScanAction, store: ByteStore, model: ByteStoreModel): Promise<void> {
    if (action.kind === 'beginScan') {
      const { from, to, reverse } = action;
      const expected = model.entries(from, to);
      const entries = store.scan({ from, to }, { reverse })[Symbol.asyncIterator]();
      const scan = { entries, expected: reverse ? expected.reverse() : expected };
      if (await step(scan)) this.#open.push(scan);
      return;
    }
    const scan = this.#open[action.scan];
    if (scan === undefined) return;
    if (action.kind === 'stepScan' ? await step(scan) : await end(scan)) return;
    this.#open = this.#open.filter(other => other !== scan);
  }

  /** Reads each scan to its end. */
  async endAll(): Promise<void> {
    for (const scan of this.#open) while (await step(scan));
    this.#open = [];
  }

  async assertAborted(): Promise<void> {
    for (const { entries } of this.#open) await assert.rejects(entries.next(), /aborted/);
    this.#open = [];
  }
}

/** Returns false at the end. */
async function step({ entries, expected }: OpenScan): Promise<boolean> {
  const { value } = await entries.next();
  assert.deepEqual(value && [value[0], value[1].toString()], expected.shift());
  return value !== undefined;
}

async function end({ entries }: OpenScan): Promise<false> {
  await entries.return?.();
  return false;
}
