import type { ByteStore } from '../../stores/bytes/byte-store.js';
import type { StateKey } from '../../stores/encoding/state-key.js';
import type { StoreSpec } from '../dsl/processor/store-spec.js';
import type { Headers } from '../kafka/record.js';
import { taskId } from '../runtime/plan/planned-task.js';
import type { TopologyPlan } from '../runtime/plan/task-plan.js';
import { rowCodec } from '../runtime/processors/user/task-stores.js';
import { observedTime } from '../runtime/queries/committed-store.js';
import { NEVER } from '../runtime/time/time.js';
import type { Worker } from '../runtime/worker/worker.js';

/** An entry of a task store, for tests. */
export interface StoreEntry {
  readonly key: unknown;
  readonly windowStart?: number;
  /** Of sessions only. */
  readonly windowEnd?: number;
  readonly value: unknown;
  /** Absent in stores of plain values. */
  readonly timestamp?: number;
  /** Of stores with headers only. */
  readonly headers?: Headers;
}

/**
 * Entries of a store of a table or of processors, of all tasks, in the order of their serialized keys; of a global table
 * those of the process. Throws if there is no such store.
 */
export async function storeEntries(
  plan: TopologyPlan,
  worker: Pick<Worker, 'tasks' | 'globalState'>,
  store: string,
): Promise<StoreEntry[]> {
  const global = plan.globalStores.find(({ node }) => node.store.name === store)?.node.store;
  const state = worker.globalState(store);
  if (global !== undefined && state !== undefined) return await rowsOf(global, state.store(store), () => NEVER);
  const owner = plan.subTopologies.find(({ stores }) => stores.some(({ spec }) => spec.name === store));
  const spec = owner?.stores.find(planned => planned.spec.name === store)?.spec;
  if (owner === undefined || spec === undefined) throw new Error(`the topology has no store ${store}`);
  const entries: { readonly order: StateKey; readonly entry: StoreEntry }[] = [];
  for (const task of worker.tasks) {
    if (task.id !== taskId(owner, task.partition)) continue;
    const observed = (time: string): number => observedTime(task.state, task.id, [store], time);
    for (const entry of await rowsOf(spec, task.state.store(store), observed))
      entries.push({ order: spec.keySerde.serialize(entry.key).toString('latin1'), entry });
  }
  return entries.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0)).map(({ entry }) => entry);
}

async function rowsOf(
  { name, kind, keySerde, valueSerde }: StoreSpec,
  bytes: ByteStore,
  observed: (time: string) => number,
): Promise<StoreEntry[]> {
  switch (kind.kind) {
    case 'keyValue':
    case 'window':
    case 'unlimitedWindow':
      return await kind.open(bytes, keySerde, valueSerde).all();
    case 'slidingWindow': {
      const opened = kind.open(bytes, keySerde, valueSerde);
      opened.observe(observed('observedStart'));
      return await opened.all();
    }
    case 'session': {
      const opened = kind.open(bytes, keySerde, valueSerde);
      opened.observe(observed('observedEnd'));
      const sessions = await opened.all();
      return sessions.map(({ key, start, end, value }) => ({
        key,
        windowStart: start,
        windowEnd: end,
        value,
        timestamp: end,
      }));
    }
    case 'plainKeyValue':
    case 'lru':
      return await listed(kind.open(bytes, keySerde, valueSerde).all(), ([key, value]) => ({ key, value }));
    case 'keyValueWithHeaders':
      return await listed(kind.open(bytes, keySerde, valueSerde).all(), ([key, row]) => ({ key, ...row }));
    case 'processorWindow': {
      const opened = kind.open(bytes, keySerde, rowCodec(kind.format, valueSerde));
      opened.resume(observed('highest'));
      return await listed(opened.all(), ({ key, start, value }) => ({ key, windowStart: start, value }));
    }
    case 'processorSession': {
      const opened = kind.open(bytes, keySerde, rowCodec(kind.format, valueSerde));
      opened.resume(observed('highest'));
      const sessions = opened.findKeys({ keyFrom: null, keyTo: null });
      return await listed(sessions, ({ key, start, end, value }) => ({
        key,
        windowStart: start,
        windowEnd: end,
        value,
      }));
    }
    default:
      throw new Error(`store ${name} is not the store of a table or of processors`);
  }
}

async function listed<T>(found: AsyncIterable<T>, entryOf: (each: T) => StoreEntry): Promise<StoreEntry[]> {
  const entries: StoreEntry[] = [];
  for await (const each of found) entries.push(entryOf(each));
  return entries;
}
