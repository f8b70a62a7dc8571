import type { Digest } from './digest.js';

/** What every workload is generated of. */
export interface InputOptions {
  /** Of all topics of the input. */
  readonly records: number;
  readonly seed: number;
  /** Event time of the first record, milliseconds since the epoch. */
  readonly start: number;
  /** Event time between the first record and the end. */
  readonly spanMs: number;
  /** The size of a window, the time difference of a join, or the gap of a session. */
  readonly windowMs: number;
}

export interface InputRecord {
  readonly topic: string;
  readonly key: string | null;
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** Records of several topics, in the order in which they are written. */
export interface GeneratedInput extends Iterable<InputRecord> {
  readonly topics: readonly string[];
}

/** What any right program makes of an input, computed while the input is generated. */
export interface RightResults {
  /** Of the input. */
  readonly records: number;
  readonly digest: Digest;
}

/** An input with one topic of results. `right` is complete when the input was iterated once. */
export interface ResultsInput extends GeneratedInput {
  readonly right: RightResults;
}
