import type { InteractiveQueries } from '../runtime/queries/interactive-queries.js';
import type { ProcessStatus } from '../runtime/status/process-status.js';

/** The queries that the server uses: those of `InteractiveQueries`. */
export interface StoreQueries
  extends Pick<
    InteractiveQueries,
    | 'stores'
    | 'checkKey'
    | 'partitionOf'
    | 'ownerOf'
    | 'replicasOf'
    | 'get'
    | 'getAsOf'
    | 'range'
    | 'versions'
    | 'windows'
    | 'sessions'
  > {
  /** Throws if there is no such store. */
  store(name: string): unknown;
}

/** What the server shows: a KafkaStreams, and the description of its topology. */
export interface ServedApplication {
  readonly streams: { readonly status: ProcessStatus; readonly queries: StoreQueries };
  /** The result of `Topology.describe()`. */
  readonly topology: string;
}
