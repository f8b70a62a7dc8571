import type { FunctionSpec } from '../../case-file.js';
import type { Draft, Fields } from '../draft.js';
import { keyMapping, mapping, refusing } from '../functions/mappings.js';
import { predicate } from '../functions/predicates.js';
import { type StreamNode, sourceStream, type TableNode, tableNode } from '../nodes.js';
import { NotPossible } from '../not-possible.js';
import type { Weighted } from '../random.js';
import { hasText, isScalar, isWindowed, type KeyShape, sameShape, serdes, type ValueShape } from '../shapes.js';
import { rememberStore, streamSource } from '../sources.js';

/** Adds an operation of a stream. What is known of the result and differs from what is known of `from` is in `known`. */
export function derived(
  draft: Draft,
  from: StreamNode,
  op: string,
  fields: Fields,
  known: Partial<StreamNode> = {},
): StreamNode {
  const id = draft.declare(op, { from: from.id, ...fields });
  return draft.add({ ...from, unchanged: false, ...known, id });
}

export function filter(draft: Draft, from: StreamNode): StreamNode {
  const pred = predicate(draft, from.key, from.value, 'stream');
  return derived(draft, from, draft.random.pick(['filter', 'filterNot']), { pred }, { unchanged: from.unchanged });
}

export function withoutNullKeys(draft: Draft, from: StreamNode): StreamNode {
  if (from.noNullKeys) return from;
  return derived(draft, from, 'filterNot', { pred: 'keyIsNull' }, { unchanged: from.unchanged, noNullKeys: true });
}

/** A function that refuses values is for streams that have those of the input. */
function refusingUnchanged(draft: Draft, { unchanged, value }: StreamNode): ReturnType<typeof refusing> {
  return unchanged ? refusing(draft, value, 0.4) : undefined;
}

export function mapValues(draft: Draft, from: StreamNode): StreamNode {
  const refuses = refusingUnchanged(draft, from);
  if (refuses !== undefined) return derived(draft, from, 'mapValues', { fn: refuses.fn }, { unchanged: true });
  const { fn, gives } = mapping(draft, from.key, from.value);
  return derived(draft, from, 'mapValues', { fn }, { value: gives });
}

export function map(draft: Draft, from: StreamNode): StreamNode {
  const key = keyMapping(draft, from.key, from.value);
  const value = refusingUnchanged(draft, from) ?? mapping(draft, from.key, from.value);
  const known = { key: key.gives, value: value.gives, rekeyed: true, noNullKeys: false };
  return derived(draft, from, 'map', { key: key.fn, value: value.fn }, known);
}

export function selectKey(draft: Draft, from: StreamNode): StreamNode {
  const key = refusingUnchanged(draft, from) ?? keyMapping(draft, from.key, from.value);
  return derived(draft, from, 'selectKey', { key: key.fn }, { key: key.gives, rekeyed: true, noNullKeys: false });
}

export function flatMap(draft: Draft, from: StreamNode): StreamNode {
  const { random } = draft;
  interface Flat {
    readonly fn: FunctionSpec;
    readonly key: KeyShape;
    readonly value: ValueShape;
  }
  const { key, value } = from;
  const all: Weighted<Flat>[] = [
    [{ fn: ['repeat', random.pick([2, 3])], key, value }, 1],
    [{ fn: 'none', key, value }, 0.2],
  ];
  if (key === 'string') all.push([{ fn: 'twice', key, value }, 3]);
  if (value === 'string') {
    all.push([{ fn: 'splitWords', key, value }, 2], [{ fn: 'wordLengths', key: 'string', value: 'long' }, 2]);
  }
  const { fn, ...shape } = random.weighted(all);
  return derived(draft, from, 'flatMap', { fn }, { ...shape, rekeyed: true, onePerInput: false });
}

export function flatMapValues(draft: Draft, from: StreamNode): StreamNode {
  const all: Weighted<readonly [FunctionSpec, ValueShape]>[] = [[[['repeat', 2], from.value], 1]];
  if (from.key === 'string') all.push([['twice', from.value], 1]);
  if (from.value === 'string') all.push([['splitWords', 'string'], 2], [['wordLengths', 'long'], 2]);
  const [fn, value] = draft.random.weighted(all);
  return derived(draft, from, 'flatMapValues', { fn }, { value, onePerInput: false });
}

/** Merges it with a stream that there is, with a new one, or with itself. */
export function merge(draft: Draft, from: StreamNode): StreamNode {
  const { random } = draft;
  const { key, value } = from;
  const others = streams(draft).filter(
    other => other.id !== from.id && sameShape(other.key, key) && other.value === value,
  );
  let other: StreamNode;
  if (others.length > 0 && random.chance(0.8)) other = random.pick(others);
  else if (random.chance(0.05)) other = from;
  else if (isScalar(key) && value !== 'list' && value !== 'object') other = streamSource(draft, { key, value });
  else other = random.pick(others);
  const fromOneTopic = [...other.roots].some(root => from.roots.has(root));
  return derived(
    draft,
    from,
    'merge',
    { with: other.id },
    {
      roots: new Set([...from.roots, ...other.roots]),
      rekeyed: from.rekeyed || other.rekeyed,
      onePerInput: from.onePerInput && other.onePerInput && !fromOneTopic,
      unchanged: from.unchanged && other.unchanged,
      noNullKeys: from.noNullKeys && other.noNullKeys,
    },
  );
}

export function split(draft: Draft, from: StreamNode): StreamNode {
  const { random } = draft;
  const branches = Array.from({ length: random.pick([1, 2, 2, 3]) }, () => ({
    id: draft.name('b'),
    pred: predicate(draft, from.key, from.value, 'stream'),
  }));
  const defaultBranch = draft.nameWithChance('b', 0.6);
  draft.declare('split', { from: from.id, branches, defaultBranch });
  const ids = [...branches.map(({ id }) => id), ...(defaultBranch === undefined ? [] : [defaultBranch])];
  return random.pick(ids.map(id => draft.add({ ...from, id })));
}

export function repartition(draft: Draft, from: StreamNode): StreamNode {
  if (isWindowed(from.key) && !draft.random.chance(0.3)) throw new NotPossible();
  draft.addInternalTopic(from.roots);
  const name = draft.nameWithChance('r', 0.6);
  const partitions = partitioner(draft, from, draft.traits.partitioner);
  const fields = { ...serdes(from.key, from.value), name, partitions };
  return derived(draft, from, 'repartition', fields, { rekeyed: false, noNullKeys: true });
}

/** Sometimes a partitioner, which drops records. */
export function partitioner(draft: Draft, from: StreamNode, probability: number): FunctionSpec | undefined {
  if (!draft.random.chance(probability)) return undefined;
  if (draft.headers && draft.random.chance(0.5)) return ['dropIfHeader', 'h'];
  return ['dropIf', predicate(draft, from.key, from.value, 'stream')];
}

export function peek(draft: Draft, from: StreamNode): StreamNode {
  if (!draft.random.chance(0.4)) return derived(draft, from, 'peek', {}, { unchanged: from.unchanged });
  draft.declare('foreach', { from: from.id });
  return from;
}

export function toTable(draft: Draft, from: StreamNode): TableNode {
  const { random, traits } = draft;
  const { key, value, roots } = from;
  if (isWindowed(key) && !random.chance(0.3)) throw new NotPossible();
  if (from.rekeyed) draft.addInternalTopic(roots);
  const versioned = random.chance(traits.versionedToTable) && !isWindowed(key);
  const store = versioned ? draft.name('s') : draft.storeWithChance(0.5);
  const fields = { from: from.id, store, versioned: versioned ? 1000 : undefined, ...serdes(key, value) };
  const table = draft.add(tableNode(draft.declare('toTable', fields), key, value, roots, { versioned }));
  if (!versioned) rememberStore(draft, store, table);
  return table;
}

/** A topic that the topology writes and then reads, as a stream or a table. Its source may stand before the sink. */
export function throughTopic(draft: Draft): StreamNode | TableNode {
  const { random } = draft;
  const { id, key, value, roots } = random.pick(
    streams(draft).filter(stream => isScalar(stream.key) && hasText(stream.value) && stream.value !== 'list'),
  );
  // Its records have equal times with those of other internal topics, as if it were one.
  draft.addInternalTopic(roots);
  const topic = draft.name('mid');
  const write = (): void => draft.declareWithoutId('to', { from: id, topic, ...serdes(key, value) });
  const writesFirst = random.chance(0.7);
  if (writesFirst) write();
  let read: StreamNode | TableNode;
  if (random.chance(0.5)) {
    read = draft.add(sourceStream(draft.declare('stream', { topic, ...serdes(key, value) }), key, value, roots));
  } else {
    const store = draft.storeWithChance(0.6);
    read = draft.add(tableNode(draft.declare('table', { topic, ...serdes(key, value), store }), key, value, roots));
    rememberStore(draft, store, read);
  }
  if (!writesFirst) write();
  return read;
}

export function streams(draft: Draft): readonly StreamNode[] {
  return draft.nodes.filter(node => node.kind === 'stream');
}
