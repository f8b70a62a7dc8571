import { Random } from '../../producer/generator/random.js';
import type { GroupProtocol } from '../../streams/index.js';
import { FAULT_KINDS, type FaultKind } from './faults/faults.js';

export interface PlannedFault {
  readonly kind: FaultKind;
  /** Milliseconds after the first record was sent. */
  readonly atMs: number;
  /** Of all that the fault draws itself. */
  readonly seed: number;
}

/** How the last windows come to their end: by records that are later, or by silence. */
export type Ending = 'records' | 'silence';

export interface RoundPlan {
  readonly seed: number;
  /** Those of the input, without what ends it. */
  readonly records: number;
  /** Milliseconds that sending takes if nothing hinders it. */
  readonly sendMs: number;
  /** Topology processes at the beginning. */
  readonly processes: number;
  readonly ending: Ending;
  readonly groupProtocol: GroupProtocol;
  readonly standbyReplicas: number;
  /** In the order of their moments. */
  readonly faults: readonly PlannedFault[];
}

export interface PlanOptions {
  readonly seed: number;
  readonly records: number;
  /** How many faults a round has. */
  readonly faults: number;
  /** All kinds if not given. */
  readonly only?: readonly FaultKind[];
  /** Drawn if not given. */
  readonly groupProtocol?: GroupProtocol;
  /** Milliseconds. */
  readonly shortestSendMs?: number;
  /** Drawn if not given. */
  readonly ending?: Ending;
  /** Comes once in the second half of each round, whatever others come. */
  readonly always?: FaultKind;
}

const RECORDS_PER_MS = 4;
const SHORTEST_SEND_MS = 20_000;
const MOST_PROCESSES = 3;
const ALWAYS_AT = 0.6;
const SILENCE_SHARE = 0.2;
const NEWER_PROTOCOL_SHARE = 0.2;

/** The plan of a round: the same for the same options. */
export function planRound(options: PlanOptions): RoundPlan {
  const {
    seed,
    records,
    faults,
    only = FAULT_KINDS,
    groupProtocol,
    always,
    shortestSendMs = SHORTEST_SEND_MS,
  } = options;
  const random = new Random(seed);
  const sendMs = Math.max(shortestSendMs, Math.round(records / RECORDS_PER_MS));
  const planned: PlannedFault[] = [];
  // No kind comes twice before each of them came once.
  let kinds: FaultKind[] = [];
  for (let number = 0; number < faults; number++) {
    if (kinds.length === 0) kinds = random.shuffle(only);
    const kind = kinds.pop();
    if (kind === undefined) throw new Error('no kind of fault to choose from');
    const atMs = Math.round(sendMs * (0.05 + 0.9 * random.fraction()));
    planned.push({ kind, atMs, seed: random.integer(0, 0xffff_ffff) });
  }
  if (always !== undefined) planned.push({ kind: always, atMs: Math.round(sendMs * ALWAYS_AT), seed });
  return {
    seed,
    records,
    sendMs,
    processes: random.integer(1, MOST_PROCESSES),
    ending: drawnEnding(random, options),
    standbyReplicas: random.integer(0, 1),
    groupProtocol: groupProtocol ?? (random.fraction() < NEWER_PROTOCOL_SHARE ? 'consumer' : 'classic'),
    faults: planned.sort((a, b) => a.atMs - b.atMs),
  };
}

function drawnEnding(random: Random, { ending }: PlanOptions): Ending {
  const drawn = random.fraction() < SILENCE_SHARE ? 'silence' : 'records';
  return ending ?? drawn;
}
