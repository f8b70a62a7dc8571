import { type Command, Option } from 'commander';
import { KEY_PLACEMENTS, type KeyPlacement } from './load/input-producer.js';
import type { WorkloadOptions } from './load/workload.js';
import { percent, positive, share } from './numbers.js';
import { SHOP_WORKLOADS, type ShopWorkload } from './peers/shop-topologies.js';

export const WORKLOADS = ['users', 'stateless', 'large-state', ...SHOP_WORKLOADS] as const;

export type WorkloadName = (typeof WORKLOADS)[number];

export function isShop(name: WorkloadName): name is ShopWorkload {
  return SHOP_WORKLOADS.some(workload => workload === name);
}

interface WorkloadDefaults {
  readonly records: number;
  readonly rounds: number;
  readonly spanMs: number;
  readonly windowMs: number;
  readonly repeated: number;
  readonly peer: string;
  readonly keys: readonly KeyPlacement[];
}

const MINUTE_MS = 60_000;
const SPAN_MS = 10 * MINUTE_MS;
const USERS: WorkloadDefaults = {
  records: 1_000_000,
  rounds: 3,
  spanMs: SPAN_MS,
  windowMs: MINUTE_MS,
  repeated: 40,
  peer: 'java',
  keys: KEY_PLACEMENTS,
};

const SHOP: WorkloadDefaults = { ...USERS, windowMs: 30_000, keys: ['in-place'] };

const DEFAULTS: Readonly<Record<WorkloadName, WorkloadDefaults>> = {
  users: USERS,
  stateless: { ...USERS, peer: 'spike', keys: ['elsewhere'] },
  // All in one window, of keys that never repeat.
  'large-state': {
    ...USERS,
    records: 5_000_000,
    rounds: 1,
    windowMs: SPAN_MS,
    repeated: 0,
    peer: 'none',
    keys: ['elsewhere'],
  },
  // In these the time difference of the join, or the gap of the sessions, is the size of the window.
  enrich: SHOP,
  match: SHOP,
  sessions: SHOP,
};

/** What the options of commands that load a workload say, undefined where the workload's default counts. */
export interface GivenLoad {
  readonly records?: number;
  /** The same as `records`. */
  readonly users?: number;
  readonly keys?: KeyPlacement | 'both';
  readonly repeated?: number;
  readonly bad: number;
}

export function withLoadOptions(command: Command): Command {
  return command
    .option('--records <n>', 'records of the input (1000000; with large-state 5000000)', positive)
    .option('--users <n>', 'the same as --records', positive)
    .addOption(
      new Option(
        '--keys <where>',
        "partitions of the input: of Java's partitioner, or of librdkafka's default (users: both; enrich, match, sessions: in-place; others: elsewhere)",
      ).choices([...KEY_PLACEMENTS, 'both']),
    )
    .option('--repeated <percent>', 'users with the email of an earlier one: never, always, or 0 to 100 (40)', share)
    .option('--bad <percent>', 'users that the cleaning rejects: 0 to 100', percent, 2);
}

export interface Load {
  readonly keys: readonly KeyPlacement[];
  readonly workload: WorkloadOptions;
}

/** The load, with the workload's defaults. It ends with the last whole window before `now`. */
export function loadOf(name: WorkloadName, given: GivenLoad, now: number): Load {
  const defaults = DEFAULTS[name];
  const { spanMs, windowMs } = defaults;
  const { keys } = given;
  return {
    keys: keys === undefined ? defaults.keys : keys === 'both' ? KEY_PLACEMENTS : [keys],
    workload: {
      records: given.records ?? given.users ?? defaults.records,
      seed: 1,
      // Not older than it must be: a broker deletes records that are older than its retention.
      start: now - (now % windowMs) - spanMs,
      spanMs,
      windowMs,
      repeatedPercent: given.repeated ?? defaults.repeated,
      badPercent: given.bad,
    },
  };
}

export const PEERS = ['java', 'spike', 'none'] as const;

export type PeerName = (typeof PEERS)[number];

/** The peers beside Tributary. Throws in one line where a workload has no such peer. */
export function peersOf(
  name: WorkloadName,
  given: readonly PeerName[] | undefined,
): readonly Exclude<PeerName, 'none'>[] {
  const names = new Set<string>(given ?? [DEFAULTS[name].peer]);
  if (names.has('spike') && isShop(name)) throw new Error(`--workload ${name} has only the peers java and none`);
  if (names.has('none') && names.size > 1) throw new Error('--peer none has no other peer beside it');
  if (names.has('java') && name === 'stateless')
    throw new Error('--workload stateless has only the peers spike and none');
  return PEERS.filter(peer => peer !== 'none').filter(peer => names.has(peer));
}

export function roundsOf(name: WorkloadName, given: number | undefined): number {
  return given ?? DEFAULTS[name].rounds;
}
