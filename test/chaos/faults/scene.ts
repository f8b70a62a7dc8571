import type { Random } from '../../../producer/generator/random.js';
import type { Clocks } from '../clocks.js';
import type { Exclusive } from '../exclusive.js';
import type { HarmedApplication } from '../harmed-application.js';
import type { Input } from '../input.js';
import type { Members } from '../members.js';
import type { Ending } from '../plan.js';
import type { Connections } from '../proxy-thread.js';
import type { StateDisk } from '../state-disk.js';

/** The broker, as far as a fault can harm it. */
export interface HarmedBroker {
  /** `host:port`, past all proxies. */
  readonly address: string;
  /** By SIGKILL; its data stay. */
  kill(): Promise<void>;
  /** With its data and ports. */
  restart(): Promise<void>;
}

/** What a fault works on. */
export interface Scene {
  /** The fault's own: what it draws hangs on its seed alone. */
  readonly random: Random;
  readonly members: Members;
  readonly broker: HarmedBroker;
  /** Each has the connections of one member, by its place. */
  readonly proxies: readonly Connections[];
  /** One fault of the broker or the network at a time. */
  readonly network: Exclusive;
  /** Of the round: orders to all its processes go here. */
  readonly directory: string;
  /** With the state of all its processes. */
  readonly disk: StateDisk;
  /** Of all its processes. */
  readonly clocks: Clocks;
  readonly input: Pick<Input, 'pause'>;
  /** What is sent to the application. */
  readonly application: Pick<HarmedApplication, 'hostileRecords' | 'timeMayJump'>;
  readonly ending: Ending;
  /** Timestamps of the input are so much ahead of the clocks at first, milliseconds. */
  readonly leadMs: number;
  /** With jumps of event time they may come to be so much ahead. */
  readonly furthestAheadMs: number;
  /** A clock may be set back by so much. */
  readonly furthestBackMs: number;
  /** The idle timeout of the members, and how far the clock has to be ahead of timestamps until silence has closed their windows. */
  readonly silenceMs: { readonly idle: number; readonly toClose: number };
  /** Whether each task has heard a time of all others: without one no record is late. */
  readonly everyTaskHasTime: () => Promise<boolean>;
  /** Environment variable `KAFKA_CONFIG_SESSION_TIMEOUT_MS` of the members. */
  readonly sessionTimeoutMs: number;
  /** Adds to the record of the round. */
  readonly note: (text: string) => void;
  /** Adds to what is not as it must be. */
  readonly wrong: (text: string) => void;
}

export type Fault = (scene: Scene) => Promise<void>;
