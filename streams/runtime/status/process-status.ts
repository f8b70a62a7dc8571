import type { InputOffsets } from '../../audit/checkpoint.js';
import type { TaskCounts } from '../../audit/task-counts.js';
import type { UnreadableBatch } from '../../kafka/ports.js';
import type { StreamsState } from './streams-state.js';

/** A store of a task that is being restored from its changelog. */
export interface StoreRestore {
  readonly store: string;
  /** Changelog records replayed so far. */
  readonly restored: number;
  /** Offsets that are still to be read; undefined until the changelog's end is known. */
  readonly remaining: number | undefined;
}

export interface TaskStatus {
  readonly id: string;
  readonly state: 'RESTORING' | 'RUNNING';
  /** As of the last commit: milliseconds since the epoch, -1 before the first record. */
  readonly streamTime: number;
  /** Since the application began, as of the last commit. */
  readonly counts: TaskCounts;
  /** By source topic, as of the last commit. */
  readonly offsets: Readonly<Record<string, InputOffsets>>;
  /** What is still to be restored; none when it is running. */
  readonly restoring: readonly StoreRestore[];
  /**
   * Records that its nodes have received and forwarded since this process has the task, by their names in `describe()`.
   */
  readonly nodes: Readonly<Record<string, NodeCounts>>;
  readonly stores: readonly StoreStatus[];
}

/** A global store of this process. The counts are those since it was opened. */
export interface GlobalStoreStatus {
  readonly store: string;
  /** The topic that fills it. */
  readonly topic: string;
  readonly state: 'RESTORING' | 'RUNNING';
  /** Offsets that are still to be read before anything is processed. */
  readonly remaining: number;
  /** Records read. */
  readonly records: number;
  /** Records skipped for a null key. */
  readonly dropped: number;
  /** Records skipped because they could not be deserialized. */
  readonly failed: number;
}

/** A standby of a task that another process runs. */
export interface StandbyStatus {
  /** Id of the task. */
  readonly id: string;
  readonly stores: readonly StandbyStoreStatus[];
}

export interface StandbyStoreStatus {
  readonly store: string;
  /** Offset of the next record of the changelog. */
  readonly position: number;
  /** Distance in offsets to the end of the changelog at the last request. undefined before the first one. */
  readonly lag: number | undefined;
}

export interface NodeCounts {
  readonly received: number;
  readonly forwarded: number;
}

/** Entries of a store in memory. */
export interface StoreStatus {
  readonly store: string;
  /** Written and not committed yet: the record cache. */
  readonly dirty: number;
  /** Committed and not on disk yet. */
  readonly unpersisted: number;
}

/** The status of one process of the application: `GET /status`. */
export interface ProcessStatus {
  readonly applicationId: string;
  /** The instance id; null before the state directory is taken. */
  readonly instance: string | null;
  /** Its address, `host:port`. null if it serves nothing. */
  readonly host: string | null;
  readonly state: StreamsState;
  /** The error that stopped it, in one line. null unless the state is ERROR. */
  readonly error: string | null;
  readonly tasks: readonly TaskStatus[];
  readonly standbys: readonly StandbyStatus[];
  readonly globalStores: readonly GlobalStoreStatus[];
  /** Partitions of the input, or of changelogs, that can't be read any further. */
  readonly unreadable: readonly UnreadableBatch[];
}
