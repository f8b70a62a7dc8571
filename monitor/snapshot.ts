/**
 * The JSON of the live page's server-sent events at `/events`: `topology` (a TopologyEvent) and `history` (a
 * HistoryEvent) when it connects, then a `snapshot` (a Snapshot) each second. All times are milliseconds since the
 * epoch.
 */
export interface Snapshot {
  readonly at: number;
  readonly applicationId: string;
  /** Whether the cluster answered the last request. If not, `reason` says why, and figures are the last known ones. */
  readonly cluster: { readonly up: boolean; readonly reason: string | null; readonly since: number };
  /** null before the audit topic exists. */
  readonly audit: AuditTotals | null;
  /** By partition of the input and repartition topics of the application. */
  readonly lag: readonly PartitionLag[];
  /** Input topics with added partitions that the application does not read. */
  readonly unread: readonly UnreadPartitions[];
  /** The latest window with records that has not closed. null if there is none. */
  readonly window: WindowTable | null;
  /** The last closed window. */
  readonly closed: ClosedWindow | null;
  /** Distinct users by window, oldest first: the last 60. */
  readonly distinctUsers: readonly { readonly windowStart: number; readonly distinctUsers: number }[];
  readonly processes: readonly ProcessView[];
  /** The last 20, newest first. */
  readonly rejected: readonly RejectedUser[];
  /** Records a second by node of the topology, over all processes. */
  readonly nodes: Readonly<Record<string, { readonly received: number; readonly forwarded: number }>>;
}

export interface AuditTotals {
  readonly produced: number;
  readonly cleaned: number;
  readonly rejected: number;
  readonly late: number;
  /** Produced and not processed yet. */
  readonly lag: number;
  /** Processed records that are neither cleaned nor rejected, or the reverse: 0 when none is lost or counted twice. */
  readonly unaccounted: number;
}

export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the next record. */
  readonly end: number;
  /** The group's committed offset; -1 if there is none. */
  readonly committed: number;
  readonly lag: number;
}

export interface UnreadPartitions {
  readonly topic: string;
  /** The number of its partitions. */
  readonly partitions: number;
  /** The number of partitions, from the first one on, that the application reads. */
  readonly read: number;
}

export interface WindowTable {
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly users: number;
  readonly distinctUsers: number;
  /** Most users first, then by name. */
  readonly countries: readonly { readonly country: string; readonly count: number }[];
}

export interface ClosedWindow {
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly users: number;
  readonly distinctUsers: number;
  readonly mostRepresented: { readonly countries: readonly string[]; readonly count: number };
  readonly leastRepresented: { readonly countries: readonly string[]; readonly count: number };
}

export interface ProcessView {
  readonly host: string;
  readonly instance: string | null;
  /** Whether it answered. `reason` says why not, or what stopped it. null if it runs. */
  readonly up: boolean;
  readonly reason: string | null;
  /** CREATED, REBALANCING, RUNNING, PENDING_SHUTDOWN, NOT_RUNNING or ERROR; null while it does not answer. */
  readonly state: string | null;
  readonly tasks: readonly TaskView[];
  /** One line for each place where its partitions can't be read any further, with the remedy. */
  readonly unreadable: readonly string[];
}

export interface TaskView {
  readonly id: string;
  readonly state: 'RESTORING' | 'RUNNING';
  /** -1 before the first record. */
  readonly streamTime: number;
  /** Records processed since the application began. */
  readonly processed: number;
  readonly late: number;
  /** 0 to 1. 1 when it is restored. */
  readonly restored: number;
}

/** A record of the dead-letter topic. A long text is cut, and ends with `…`. */
export interface RejectedUser {
  readonly partition: number;
  readonly offset: number;
  /** The timestamp of the user, or the time of the rejection if a broker would have refused that timestamp. */
  readonly at: number;
  /** null if the record does not have it. */
  readonly reason: string | null;
  /** Its bytes as UTF-8, whatever they are. null if the record has none. */
  readonly value: string | null;
  /** null if the record does not have it. */
  readonly source: RejectedSource | null;
}

/** The position of a rejected user in the input. */
export interface RejectedSource {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The timestamp of the user if a broker would have refused it, else null. */
  readonly timestamp: number | null;
}

/** The topology in the format of Java's `TopologyDescription`. null while no process of the application answers. */
export interface TopologyEvent {
  readonly description: string | null;
}

/** Samples at equal intervals, of at most 15 minutes, as arrays of one length. Snapshots continue them. */
export interface HistoryEvent {
  readonly at: readonly number[];
  readonly produced: readonly number[];
  readonly processed: readonly number[];
  readonly lag: readonly number[];
}
