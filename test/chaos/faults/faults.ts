import { brokerKill } from './broker-kill.js';
import { clockStep } from './clock-step.js';
import {
  crashAtBatch,
  crashAtClose,
  crashAtCommit,
  crashAtOffsets,
  crashAtRebalance,
  crashAtRestore,
  loseIdentity,
} from './crash.js';
import { deleteState, truncateFile, truncateIdentity } from './damage.js';
import { noSpace, readError } from './disk.js';
import { freezeIdle, freezeTerminate } from './freeze.js';
import { hostileRecords } from './hostile-records.js';
import { kill } from './kill.js';
import { add, remove } from './membership.js';
import { cut, halfOpen, slow } from './network.js';
import type { Fault } from './scene.js';
import { zombie } from './zombie.js';

/** All faults, by the names that the command takes. */
export const FAULTS = {
  kill,
  'crash-offsets': crashAtOffsets,
  'crash-commit': crashAtCommit,
  'crash-batch': crashAtBatch,
  'crash-restore': crashAtRestore,
  'crash-rebalance': crashAtRebalance,
  'crash-close': crashAtClose,
  zombie,
  'freeze-terminate': freezeTerminate,
  'freeze-idle': freezeIdle,
  add,
  remove,
  'broker-kill': brokerKill,
  cut,
  slow,
  'half-open': halfOpen,
  'no-space': noSpace,
  'read-error': readError,
  truncate: truncateFile,
  'truncate-identity': truncateIdentity,
  'delete-state': deleteState,
  'lose-identity': loseIdentity,
  'clock-step': clockStep,
  'hostile-records': hostileRecords,
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultKind = keyof typeof FAULTS;

export const FAULT_KINDS = Object.keys(FAULTS) as readonly FaultKind[];

/** Only after these may a task be restored from the beginning. */
export const DAMAGING: ReadonlySet<FaultKind> = new Set<FaultKind>(['truncate', 'delete-state', 'lose-identity']);

export function isFaultKind(name: string): name is FaultKind {
  return Object.hasOwn(FAULTS, name);
}
