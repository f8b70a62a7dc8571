import type { GuardedProcess } from '../../test/broker/guarded-process.js';

/** The topics that a peer writes, by what they hold. */
export interface PeerTopics {
  readonly cleaned: string;
  /** The records that the cleaning rejected; undefined if the peer does not keep them. */
  readonly rejected: string | undefined;
  readonly tables: PeerTables | undefined;
  /** Others that are created before it starts and deleted after it ended. */
  readonly others: readonly string[];
}

/** The tables of the users workload; a peer that only cleans has none. */
export interface PeerTables {
  /** Table of `Country@windowStart` with `{"country","windowStart","windowEnd","count"}`. */
  readonly countryCount: string;
  /** Table of windowStart with `{"windowStart","windowEnd","distinctUsers"}`. */
  readonly distinctUsers: string;
}

/** The names of the topics whose content is checked. */
export function checkedTopics({ cleaned, rejected, tables }: PeerTopics): readonly string[] {
  return [
    cleaned,
    ...(rejected === undefined ? [] : [rejected]),
    ...(tables === undefined ? [] : [tables.countryCount, tables.distinctUsers]),
  ];
}

export function writtenTopics(topics: PeerTopics): readonly string[] {
  return [...checkedTopics(topics), ...topics.others];
}

/** What one run of a peer is given. */
export interface PeerRun {
  /** `host:port` */
  readonly address: string;
  /** New for each run; the peer's consumer group, and the beginning of the names of its internal topics. */
  readonly applicationId: string;
  readonly input: string;
  /** Of the input and of the topics. */
  readonly partitions: number;
  readonly topics: PeerTopics;
  readonly windowMs: number;
  /** undefined: the peer's default. */
  readonly commitIntervalMs: number | undefined;
  /** An empty directory for its state and logs, removed after the run. */
  readonly directory: string;
}

/** A program that runs a workload until it gets SIGTERM. It logs into `peer.log` in its directory. */
export interface Peer {
  readonly name: string;
  topics(applicationId: string): PeerTopics;
  /** Starts the process: the clock of the measurement runs from this call. */
  start(run: PeerRun): Promise<GuardedProcess>;
}
