import fc from 'fast-check';
import type { ClientErrorKind } from '../../streams/kafka/ports.js';
import { CRASH_POINTS, type CrashPoint } from '../../streams/testing/simulated-process.js';
import { GRACE_MS, IDLE_MS } from './pipeline.js';

/**
 * A record to come: whose it is, from where, how far out of order, how long it is under way, and how far its partition's
 * time has gone on before it.
 */
export interface Draft {
  readonly who: number;
  readonly country: number;
  readonly bad: boolean;
  readonly behindMs: number;
  readonly lagMs: number;
  readonly gapMs: number;
}

export type Action =
  | { readonly kind: 'produce'; readonly drafts: readonly Draft[] }
  | { readonly kind: 'step'; readonly times: number }
  | { readonly kind: 'run' }
  | { readonly kind: 'commit' }
  | { readonly kind: 'tick'; readonly ms: number }
  | { readonly kind: 'crash'; readonly downMs: number; readonly drafts: readonly Draft[] }
  | { readonly kind: 'crashAt'; readonly point: CrashPoint }
  | { readonly kind: 'failNextCommit'; readonly error: ClientErrorKind }
  | { readonly kind: 'rebalance' };

/**
 * `closeOnIdle`: event time follows the wall clock, and so do the windows. `live`: only event time does. `apart`: each partition
 * has an event time of its own, far from the others' and from the wall clock, and silence promises nothing.
 */
export type EventTime = 'closeOnIdle' | 'live' | 'apart';

export interface Scenario {
  readonly partitions: number;
  /** Partitions of the repartition of its own; 0: there is none. */
  readonly spread: number;
  readonly caching: boolean;
  readonly time: EventTime;
  readonly maxPollRecords: number;
  readonly commitTurns: number;
  /** Records that the producer's queue takes in a turn of the event loop. */
  readonly queueRecords: number;
  /** True: the worker commits by itself when the wall clock has moved. */
  readonly commitsByTime: boolean;
  readonly backlog: readonly Draft[];
  readonly actions: readonly Action[];
}

const draft: fc.Arbitrary<Draft> = fc.record({
  who: fc.nat(9),
  country: fc.nat(3),
  bad: fc.nat(9).map(n => n === 0),
  behindMs: fc.nat(GRACE_MS - 1),
  lagMs: fc.nat(IDLE_MS - 1),
  gapMs: fc.oneof({ weight: 4, arbitrary: fc.nat(1000) }, { weight: 1, arbitrary: fc.nat(30_000) }),
});

const drafts = fc.array(draft, { minLength: 1, maxLength: 8 });

const produce: fc.Arbitrary<Action> = fc.record({ kind: fc.constant('produce'), drafts });

const step: fc.Arbitrary<Action> = fc.record({ kind: fc.constant('step'), times: fc.integer({ min: 1, max: 4 }) });

const commit: fc.Arbitrary<Action> = fc.constant({ kind: 'commit' });

const trouble: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant('crash'), downMs: fc.nat(8000), drafts }),
  fc.record({
    kind: fc.constant('crashAt'),
    point: fc.constantFrom(...CRASH_POINTS),
  }),
  fc.record({
    kind: fc.constant('failNextCommit'),
    error: fc.constantFrom<ClientErrorKind>('retriable', 'abort', 'fatal'),
  }),
  fc.constant<Action>({ kind: 'rebalance' }),
);

const tick = (ms: fc.Arbitrary<number>): fc.Arbitrary<Action> => fc.record({ kind: fc.constant('tick'), ms });

/** Time leaps over windows while a transaction is open or commits, and then something goes wrong. */
const leap: fc.Arbitrary<readonly Action[]> = fc.tuple(
  produce,
  step,
  tick(fc.integer({ min: 2000, max: 4000 })),
  fc.oneof(commit, step),
  tick(fc.integer({ min: 8000, max: 40_000 })),
  produce,
  step,
  trouble,
);

const actions: fc.Arbitrary<readonly Action[]> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(produce) },
  { weight: 6, arbitrary: fc.tuple(step) },
  { weight: 1, arbitrary: fc.tuple(fc.constant<Action>({ kind: 'run' })) },
  { weight: 4, arbitrary: fc.tuple(commit) },
  { weight: 5, arbitrary: fc.tuple(tick(fc.oneof(fc.nat(300), fc.nat(4000), fc.nat(15_000)))) },
  { weight: 6, arbitrary: fc.tuple(trouble) },
  { weight: 3, arbitrary: leap },
);

export function scenarios(maxLength: number): fc.Arbitrary<Scenario> {
  return fc.record({
    partitions: fc.integer({ min: 1, max: 4 }),
    spread: fc.nat(3),
    caching: fc.boolean(),
    time: fc.constantFrom<EventTime>('closeOnIdle', 'live', 'apart'),
    maxPollRecords: fc.constantFrom(1, 3, 10, 1000),
    commitTurns: fc.nat(3),
    queueRecords: fc.constantFrom(20, 1000),
    commitsByTime: fc.boolean(),
    backlog: fc.array(draft, { maxLength: 20 }),
    actions: fc.array(actions, { maxLength: maxLength, size: 'max' }).map(lists => lists.flat()),
  });
}
