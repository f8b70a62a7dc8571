import type { GuardedProcess } from '../../test/broker/guarded-process.js';

/** The topics that a peer writes. They are created before it starts and deleted after it ended. */
export interface PeerTopics {
  /** Their content is checked. The last record of them is the end of the work. */
  readonly checked: readonly string[];
  readonly others: readonly string[];
}

/** The topics of a workload with one topic of results. */
export interface ResultsTopics extends PeerTopics {
  readonly results: string;
}

/** The topics of the users workload, by what they hold. */
export interface UsersTopics extends PeerTopics {
  readonly cleaned: string;
  /** The records that the cleaning rejected, each with the reason. */
  readonly rejected: string;
  readonly tables: PeerTables | undefined;
}

/** The tables of the users workload; a peer that only cleans has none. */
export interface PeerTables {
  /** Table of `Country@windowStart` with `{"country","windowStart","windowEnd","count"}`. */
  readonly countryCount: string;
  /** Table of windowStart with `{"windowStart","windowEnd","distinctUsers"}`. */
  readonly distinctUsers: string;
}

export function usersTopics(
  { cleaned, rejected, tables }: Pick<UsersTopics, 'cleaned' | 'rejected' | 'tables'>,
  others: readonly string[] = [],
): UsersTopics {
  const checked = [cleaned, rejected, ...(tables === undefined ? [] : [tables.countryCount, tables.distinctUsers])];
  return { cleaned, rejected, tables, checked, others };
}

export function resultsTopics(applicationId: string): ResultsTopics {
  const results = `${applicationId}-results`;
  return { results, checked: [results], others: [] };
}

export function writtenTopics({ checked, others }: PeerTopics): readonly string[] {
  return [...checked, ...others];
}

/** What one run of a peer is given. */
export interface PeerRun<T extends PeerTopics> {
  /** `host:port` */
  readonly address: string;
  /** New for each run; the peer's consumer group, and the beginning of the names of its internal topics. */
  readonly applicationId: string;
  /** The topics of the input. */
  readonly inputs: readonly string[];
  /** Of the input and of the topics. */
  readonly partitions: number;
  readonly topics: T;
  /** The size of a window, the time difference of a join, or the gap of a session. */
  readonly windowMs: number;
  /** undefined: the peer's default. */
  readonly commitIntervalMs: number | undefined;
  /** An empty directory for its state and logs, removed after the run. */
  readonly directory: string;
}

/** A program that runs a workload until it gets SIGTERM. It logs into `peer.log` in its directory. */
export interface Peer<T extends PeerTopics> {
  readonly name: string;
  topics(applicationId: string): T;
  /** Starts the process: the clock of the measurement runs from this call. */
  start(run: PeerRun<T>): Promise<GuardedProcess>;
}
