import type { Random } from '../../../producer/generator/random.js';
import type { Exclusive } from '../exclusive.js';
import type { Members } from '../members.js';
import type { StateDisk } from '../state-disk.js';
import type { TcpProxy } from '../tcp-proxy.js';

/** The broker, as far as a fault can harm it. */
export interface HarmedBroker {
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
  readonly proxies: readonly TcpProxy[];
  /** One fault of the broker or the network at a time. */
  readonly network: Exclusive;
  /** Of the round: orders to all its processes go here. */
  readonly directory: string;
  /** With the state of all its processes. */
  readonly disk: StateDisk;
  /** Environment variable `KAFKA_CONFIG_SESSION_TIMEOUT_MS` of the members. */
  readonly sessionTimeoutMs: number;
  /** Adds to the record of the round. */
  readonly note: (text: string) => void;
}

export type Fault = (scene: Scene) => Promise<void>;
