import type { Random } from '../../producer/generator/random.js';
import type { RawProducerRecord } from '../broker/raw-producer.js';
import type { InputContent, PausedInput } from './input.js';
import type { PlanOptions } from './plan.js';

/** The longest silence after which a task promises that no older records will come. */
export const IDLE_MS = 10_000;
/** A record's timestamp is lower than the highest one before it by less than this, milliseconds. */
export const DISORDER_MS = 5000;

/** What must come out, and what did. */
export interface Check {
  /** Records of the input. */
  readonly produced: number;
  /** Waits until as much is out as there must be. Resolves with undefined, or after `timeoutMs` with what is still missing. */
  settled(timeoutMs: number): Promise<string | undefined>;
  /** Compares all that came out, read committed, with what is right. Nothing if all is right. */
  differences(): Promise<readonly string[]>;
}

export interface CheckOptions {
  /** `host:port`, past all proxies. */
  readonly brokers: string;
  readonly auditTopic: string;
  /** Records with timestamps above are too far ahead of the wall clock, milliseconds since the epoch. */
  readonly believedUpTo: number;
}

/** An application that the rounds harm, with its input and its truth. */
export interface HarmedApplication {
  /** What each of its processes runs, below `dist`. */
  readonly program: readonly string[];
  /** Of its processes. All get the brokers, the application id, the state directory, and what the plan says. */
  readonly environment: Readonly<Record<string, string>>;
  /** What is special about the plans of its rounds. */
  readonly plan: Pick<PlanOptions, 'shortestSendMs' | 'ending' | 'always'>;
  /** Of each of its topics. */
  readonly partitions: number;
  readonly tasks: number;
  /** The output whose gaps are measured. */
  readonly watchedTopic: string;
  /** Windows are closed when time is so far past their records, milliseconds. */
  readonly toCloseMs: number;
  /** Event time may jump ahead by minutes. */
  readonly timeMayJump: boolean;
  /** Creates the topics that it needs before it starts. */
  prepare(brokers: string): Promise<void>;
  content(seed: number): InputContent;
  /** Resolves when the records that end the round may be sent. */
  beforeEnd(options: Pick<CheckOptions, 'brokers' | 'auditTopic'>): Promise<void>;
  /** A burst of records that nobody expects, by topic. Each task has heard a time of all others. */
  hostileRecords(random: Random, now: PausedInput): ReadonlyMap<string, readonly RawProducerRecord[]>;
  /** Reads the input. */
  check(options: CheckOptions): Promise<Check>;
}
