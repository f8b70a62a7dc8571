import type { StreamsOptions } from '../runtime/streams-config.js';

export interface TopologyTestDriverOptions extends Partial<StreamsOptions> {
  /** Partitions of each topic. Default: 1, as in Java. */
  readonly partitions?: number;
  /** Start of the wall clock, in milliseconds. Default: 0. */
  readonly startTime?: number;
  /**
   * False: only `commit` commits. Default: everything that was piped is processed and committed before `pipeInput`
   * resolves.
   */
  readonly autoCommit?: boolean;
  /** Topics that are written and not read, in addition to those that sinks name. */
  readonly outputTopics?: readonly string[];
  /**
   * The most records that one poll returns, of all partitions in turn. Default: the number that the worker requests.
   */
  readonly maxPollRecords?: number;
  /** Turns of the event loop that the commit of a transaction takes. The worker continues meanwhile. Default: 0. */
  readonly commitTurns?: number;
  /** Records that the producer's queue accepts in one turn of the event loop. Default: all. */
  readonly queueRecords?: number;
}
