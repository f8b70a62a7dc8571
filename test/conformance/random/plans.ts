import type { Draft } from './draft.js';
import { refusing } from './functions/mappings.js';
import type { Node, StreamNode, TableNode } from './nodes.js';
import { NotPossible } from './not-possible.js';
import type { Profile } from './profiles.js';
import { isScalar, type ValueShape } from './shapes.js';
import { streamSource, tableSource } from './sources.js';
import { cogroup } from './steps/cogroup-steps.js';
import { joinStreamWithTable } from './steps/join-steps.js';
import { shell } from './steps/shell-steps.js';
import { STATELESS, type StepName, step, stepsInFront, type WantedStep } from './steps/step.js';
import { derived, streams, throughTopic } from './steps/stream-steps.js';
import { aggregateWindows, type WantedWindows } from './steps/window-steps.js';

/** Declares the topology of a case of the profile, all but its sinks. */
export function declareTopology(draft: Draft, profile: Profile): void {
  PLANS[profile](draft);
  if (!draft.random.chance(draft.traits.throughTopic)) return;
  const read = draft.attempt(() => throughTopic(draft));
  if (read !== undefined) step(draft, read);
}

const PLANS: Readonly<Record<Profile, (draft: Draft) => void>> = {
  stateless: draft => {
    let node: Node = streamSource(draft);
    for (let left = draft.random.integer(2, 6); left > 0; left--) {
      const from = draft.random.chance(0.75) ? node : draft.random.pick(streams(draft));
      node = step(draft, from, { only: STATELESS, factors: { repartition: 0.7 } });
    }
  },

  tables: draft => {
    let node: Node = tableSource(draft);
    for (let left = draft.random.integer(2, 5); left > 0; left--) {
      if (draft.random.chance(0.15)) node = tableSource(draft);
      const from = draft.random.chance(0.75) ? node : draft.random.pick(draft.nodes);
      node = step(draft, from, { factors: AROUND_TABLES });
    }
  },

  windows: draft => {
    const from = stepsInFront(draft, streamSource(draft));
    const types = ['tumbling', 'hopping', 'sliding', 'sliding', 'unlimited'] as const;
    if (draft.random.chance(0.2)) behindWindows(draft, cogroupInWindows(draft, from, { types }));
    else {
      const table = inWindows(draft, from, { types });
      if (draft.random.chance(0.15)) step(draft, from, { only: ['aggregateWindows'] });
      behindWindows(draft, table);
    }
  },

  sessions: draft => {
    const from = stepsInFront(draft, streamSource(draft));
    const sessions = { types: ['session'], final: 0.3 } as const;
    const cogrouped = draft.random.chance(0.2);
    behindWindows(draft, cogrouped ? cogroupInWindows(draft, from, sessions) : inWindows(draft, from, sessions));
  },

  joins: draft => {
    const { random } = draft;
    let node = stepsInFront(draft, streamSource(draft), 0.3);
    for (let left = random.integer(1, 3); left > 0; left--) {
      const join = random.weighted<StepName>([
        ['joinTable', 4],
        ['joinGlobalTable', 3],
        ['joinStream', 1],
      ]);
      if (node.kind !== 'stream') node = step(draft, node, { only: ['toStream', 'joinTables'] });
      node = step(draft, node, { only: [join] });
      if (random.chance(0.4)) node = step(draft, node, { factors: { aggregateWindows: 0, process: 0, cogroup: 0 } });
    }
    if (!random.chance(0.35)) return;
    const table = step(draft, tableSource(draft), { only: ['joinTables'] });
    if (random.chance(0.5)) step(draft, table, { only: ['joinTables', 'filter', 'mapValues', 'aggregate'] });
  },

  streamJoins: draft => {
    const from = stepsInFront(draft, streamSource(draft), 0.3);
    const joined = steps(draft, from, draft.random.pick([1, 1, 1, 2]), { only: ['joinStream'] });
    if (draft.random.chance(0.4)) step(draft, joined, { factors: { joinStream: 2, process: 2 } });
  },

  foreignKeys: draft => {
    let node = stepsInFront(draft, tableSource(draft), 0.3);
    for (let left = draft.random.pick([1, 1, 1, 2]); left > 0; left--) {
      if (node.kind === 'table') node = step(draft, node, { only: ['joinByForeignKey'] });
      if (draft.random.chance(0.4)) {
        node = step(draft, node, { only: ['filter', 'mapValues', 'joinTables', 'aggregate', 'suppress', 'toStream'] });
      }
    }
  },

  versioned: draft => {
    const { random } = draft;
    let node: Node = random.chance(0.7)
      ? tableSource(draft, { versioned: true })
      : step(draft, streamSource(draft), { only: ['toTable', 'aggregate'] });
    for (let left = random.pick([0, 1, 1, 2]); left > 0 && node.kind === 'table'; left--) {
      node = step(draft, node, { factors: { toStream: 0.3, suppress: 0.4 } });
    }
    if (random.chance(0.6)) draft.attempt(() => joinVersioned(draft));
  },

  processors: draft => {
    const { random } = draft;
    let node: Node = streamSource(draft);
    for (let left = random.integer(1, 3); left > 0; left--) {
      if (node.kind === 'stream') {
        node = step(draft, node, { only: ['process', 'processValues'], factors: { process: 3 } });
      }
      if (random.chance(0.35)) node = step(draft, node);
    }
    if (!random.chance(0.25)) return;
    step(draft, streamSource(draft, isScalar(node.key) ? { key: node.key } : {}), { only: ['process'] });
  },

  stores: draft => {
    for (let left = draft.random.pick([1, 1, 2]); left > 0; left--) {
      const answers = shell(draft);
      if (draft.random.chance(0.2)) {
        step(draft, answers, { only: ['mapValues', 'filter', 'process', 'processValues', 'toTable', 'peek'] });
      }
    }
  },

  suppress: draft => {
    const { random } = draft;
    let node: Node;
    if (random.chance(0.6)) {
      const from = stepsInFront(draft, streamSource(draft), 0.3);
      node = inWindows(draft, from, { types: ['tumbling', 'hopping', 'sliding', 'session'], final: 0.05 });
      if (random.chance(0.3)) node = step(draft, node, { only: ['filter', 'mapValues'] });
    } else {
      node = stepsInFront(draft, tableSource(draft), 0.3);
      if (random.chance(0.3)) node = step(draft, node, { only: ['aggregate', 'joinTables', 'filter'] });
    }
    node = steps(draft, node, random.pick([1, 1, 1, 2]), { only: ['suppress'] });
    steps(draft, node, random.pick([0, 1, 1, 2]), { factors: { process: 0.5 } });
  },

  errors: draft => {
    const { random } = draft;
    demandFailures(draft);
    const values: readonly ValueShape[] = draft.demands.refusedValues
      ? ['string', 'string', 'long']
      : ['long', 'document', 'double'];
    const value = random.pick(values);
    let node: Node = random.chance(2 / 3)
      ? streamSource(draft, { value })
      : tableSource(draft, { value, versioned: random.chance(0.1) });
    if (node.kind === 'stream') {
      if (random.chance(0.15)) step(draft, node, { only: ['process'] });
      node = refusingOperation(draft, node);
    }
    const factors = { process: 1.5, joinGlobalTable: 1.5, joinByForeignKey: 2 };
    steps(draft, node, random.integer(1, 3), { factors });
  },

  cache: draft => {
    const { random } = draft;
    draft.configure({ cacheBytes: 1_000_000 });
    // Java's driver ends each record of a repartition topic with a commit, which flushes. Here it is the input that ends.
    if (random.chance(0.93)) draft.forbidInternalTopics();
    let node: Node = random.chance(0.5) ? tableSource(draft, { versioned: random.chance(0.05) }) : streamSource(draft);
    for (let left = random.integer(2, 5); left > 0; left--) {
      node = step(draft, random.chance(0.8) ? node : random.pick(draft.nodes), { factors: WITH_CACHE });
    }
  },

  headers: draft => PLANS[draft.random.pick(WITH_HEADERS)](draft),

  mixed: draft => {
    const { random } = draft;
    const source = (): Node => (random.chance(0.6) ? streamSource(draft) : tableSource(draft));
    let node = source();
    for (let left = random.integer(3, 8); left > 0; left--) {
      if (random.chance(0.12)) node = source();
      if (random.chance(0.2)) node = random.pick(draft.nodes);
      node = step(draft, node);
    }
  },
};

const AROUND_TABLES = {
  joinByForeignKey: 0,
  aggregateWindows: 0,
  joinStream: 0,
  cogroup: 0,
  process: 0,
  joinGlobalTable: 0,
  aggregate: 1.5,
  toStream: 0.4,
  suppress: 0.5,
};

const WITH_CACHE = {
  aggregate: 4,
  aggregateWindows: 3,
  toTable: 3,
  joinTable: 2,
  joinTables: 2,
  flatMap: 0.5,
  toStream: 0.6,
};

/** The profiles that a case with headers is one of. */
const WITH_HEADERS: readonly Profile[] = [
  'stateless',
  'tables',
  'windows',
  'sessions',
  'joins',
  'streamJoins',
  'foreignKeys',
  'processors',
  'suppress',
  'mixed',
  'versioned',
];

function steps(draft: Draft, from: Node, count: number, wanted: WantedStep): Node {
  return count === 0 ? from : steps(draft, step(draft, from, wanted), count - 1, wanted);
}

function behindWindows(draft: Draft, table: TableNode): void {
  const factors = { joinByForeignKey: 0, joinStream: 0.3, process: 0.5 };
  steps(draft, table, draft.random.pick([0, 0, 1, 1, 2]), { factors });
}

function inWindows(draft: Draft, from: Node, wanted: WantedWindows): TableNode {
  return repeated(draft, from, stream => aggregateWindows(draft, stream, wanted));
}

function cogroupInWindows(draft: Draft, from: Node, { types = [] }: WantedWindows): TableNode {
  return repeated(draft, from, stream => cogroup(draft, stream, { windowed: true, types }));
}

/** A step that the case is about: other random numbers may make it possible. */
function repeated<T>(draft: Draft, from: Node, take: (stream: StreamNode) => T): T {
  if (from.kind !== 'stream') throw new NotPossible();
  for (let left = 20; left > 0; left--) {
    const made = draft.attempt(() => take(from));
    if (made !== undefined) return made;
  }
  throw new NotPossible();
}

/** Joins a new stream with a table of the draft, a versioned one if there is one. */
function joinVersioned(draft: Draft): void {
  const tables = draft.nodes.filter(node => node.kind === 'table').filter(({ key }) => isScalar(key));
  const versioned = tables.filter(table => table.versioned);
  const table = draft.random.pick(versioned.length > 0 ? versioned : tables);
  if (!isScalar(table.key)) throw new NotPossible();
  const stream = stepsInFront(draft, streamSource(draft, { key: table.key }), 0.25);
  if (stream.kind === 'stream' && stream.key === table.key) joinStreamWithTable(draft, stream, table);
}

function demandFailures(draft: Draft): void {
  const { random } = draft;
  const refusedValues = random.chance(0.8);
  const brokenBytes = !refusedValues || random.chance(0.2);
  draft.demand({ refusedValues, brokenBytes });
  if (refusedValues && random.chance(0.8)) draft.configure({ onProcessingError: 'continue' });
  if (brokenBytes && random.chance(0.8)) draft.configure({ onDeserializationError: 'continue' });
  if (!random.chance(0.35)) return;
  draft.configure({ deadLetterTopic: 'dlq' });
  // Behind a repartition dead letters differ from Java's on purpose.
  if (random.chance(0.93)) draft.forbidInternalTopics();
}

/** Most often an operation that refuses a value of the input. */
function refusingOperation(draft: Draft, from: StreamNode): StreamNode {
  const { random } = draft;
  const refuses = refusing(draft, from.value, 0.6);
  if (refuses === undefined) return from;
  const { fn, gives } = refuses;
  const twice = random.chance(0.3)
    ? derived(draft, from, 'flatMapValues', { fn: ['repeat', 2] }, { unchanged: true, onePerInput: false })
    : from;
  const rekeyed = { key: gives, rekeyed: true, noNullKeys: false };
  const op = random.pick(['mapValues', 'mapValues', 'selectKey', 'map']);
  let made: StreamNode;
  if (op === 'mapValues') made = derived(draft, twice, op, { fn }, { unchanged: true });
  else if (op === 'selectKey') made = derived(draft, twice, op, { key: fn }, rekeyed);
  else made = derived(draft, twice, op, { key: 'identity', value: fn }, rekeyed);
  if (random.chance(0.3)) step(draft, from, { only: STATELESS });
  return made;
}
