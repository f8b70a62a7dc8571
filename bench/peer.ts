import type { GuardedProcess } from '../test/broker/guarded-process.js';

/** The topics that a peer writes, by what they hold. */
export interface PeerTopics {
  readonly cleaned: string;
  /** Table of `Country@windowStart` with `{"country","windowStart","windowEnd","count"}`. */
  readonly countryCount: string;
  /** Table of windowStart with `{"windowStart","windowEnd","distinctUsers"}`. */
  readonly distinctUsers: string;
  /** Others that are created before it starts and deleted after it ended, for example for rejected records. */
  readonly others: readonly string[];
}

/** What one run of a peer is given. */
export interface PeerRun {
  /** `host:port` */
  readonly address: string;
  /** New for each run; the peer's consumer group, and the beginning of the names of its internal topics. */
  readonly applicationId: string;
  readonly input: string;
  readonly topics: PeerTopics;
  readonly windowMs: number;
  readonly commitIntervalMs: number;
  /** An empty directory for its state and logs, removed after the run. */
  readonly directory: string;
}

/** A program that runs the users workload until it gets SIGTERM. */
export interface Peer {
  readonly name: string;
  topics(applicationId: string): PeerTopics;
  /** Starts the process: the clock of the measurement runs from this call. */
  start(run: PeerRun): Promise<GuardedProcess>;
}
