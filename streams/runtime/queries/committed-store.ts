import type { ByteStore } from '../../../stores/bytes/byte-store.js';
import type { TaskState } from '../../../stores/bytes/task-state.js';
import { decodeCheckpoint } from '../../audit/checkpoint.js';
import { taskId } from '../plan/planned-task.js';
import { CHECKPOINT_STORE } from '../task/task-checkpoint.js';
import { NEVER, savedNumber } from '../time/time.js';
import type { QueryableStore } from './queryable-store.js';

/** A partition of a store as of the last commit. */
export interface CommittedStore {
  readonly store: QueryableStore;
  readonly bytes: ByteStore;
  /** What is before this time has expired. */
  readonly liveFrom: number;
  /** Of versioned stores only. */
  readonly history?: {
    readonly bytes: ByteStore;
    readonly bucketMs: number;
    /** The highest timestamp that was put, NEVER at first. */
    readonly highest: number;
    /** No version that was valid only before this time is read. */
    readonly liveFrom: number;
  };
}

/** A partition of a store of a task that is here, or of a standby. */
export function committedStore(store: QueryableStore, partition: number, state: TaskState): CommittedStore {
  const { spec, query, subTopology } = store;
  const bytes = state.store(spec.name);
  // A global store has no retention.
  if (subTopology === undefined) return { store, bytes, liveFrom: 0 };
  // A versioned table saves its time under the name of its history.
  const owners = spec.history === undefined ? [spec.name] : [spec.name, spec.history.name];
  const observed = (time: string): number => observedTime(state, taskId(subTopology, partition), owners, time);
  if (spec.history !== undefined) {
    const { name, kind } = spec.history;
    const highest = observed('highest');
    const liveFrom = Math.max(0, highest - kind.retentionMs);
    return {
      store,
      bytes,
      liveFrom: 0,
      history: { bytes: state.store(name), bucketMs: kind.bucketMs, highest, liveFrom },
    };
  }
  const retention = query.kind === 'keyValue' ? undefined : query.retention;
  const liveFrom = retention === undefined ? 0 : observed(retention.observed) - retention.ms + 1;
  return { store, bytes, liveFrom: Math.max(0, liveFrom) };
}

/**
 * The highest time of that name that was committed under one of the stores. NEVER if there is none. The groups of a
 * windowed `cogroup` share a store, and each saves its own time.
 */
export function observedTime(state: TaskState, task: string, stores: readonly string[], name: string): number {
  const bytes = state.store(CHECKPOINT_STORE).getCommitted(task);
  if (bytes === null) return NEVER;
  let observed = NEVER;
  for (const [owner, saved] of Object.entries(decodeCheckpoint(bytes).times)) {
    if (stores.some(store => owner === store || owner.startsWith(`${store}/`)))
      observed = Math.max(observed, savedNumber(saved, name));
  }
  return observed;
}
