import type { FunctionSpec } from '../../case-file.js';
import type { Draft, Fields, KnownStore } from '../draft.js';
import type { StreamNode } from '../nodes.js';
import { NotPossible } from '../not-possible.js';
import type { Weighted } from '../random.js';
import { hasText, isScalar, isWindowed, type Scalar, serdes } from '../shapes.js';
import { globalStore, globalTableSource, tableSource } from '../sources.js';
import { processorStore } from './processor-stores.js';
import { derived, withoutNullKeys } from './stream-steps.js';

type Step = (draft: Draft, from: StreamNode) => StreamNode;

/** Adds one of the processors that the keys and values of the stream allow. */
export function process(draft: Draft, from: StreamNode): StreamNode {
  const { traits } = draft;
  const { key, value } = from;
  const all: Weighted<Step>[] = [
    [shiftTime, 1],
    [addHeader, traits.addHeaderWeight],
  ];
  if (value === 'string' && !isWindowed(key)) all.push([route, 2]);
  if (hasText(value)) all.push([show('showTimes'), 1], [show('showMeta'), 1]);
  if (isScalar(key)) {
    const lookedUp = readableStores(draft, key).length > 0 ? 3 : 0.3;
    all.push([previous, traits.previousWeight]);
    if (isScalar(value)) all.push([swap, 1], [dedup, 3]);
    if (value === 'long') all.push([runningSum, 3]);
    if (hasText(value)) all.push([lookup, lookedUp], [punctuate, traits.punctuatorWeight], [lookupGlobalStore, 1]);
  }
  return draft.random.weighted(all)(draft, from);
}

/** Adds a processor. It may change the key as far as the DSL knows, so the next operation by key repartitions. */
export function processor(
  draft: Draft,
  from: StreamNode,
  fn: FunctionSpec,
  stores: readonly string[] = [],
  known: Partial<StreamNode> = {},
  fields: Fields = {},
): StreamNode {
  return derived(draft, from, 'process', { fn, stores, ...fields }, { rekeyed: true, ...known });
}

/** Adds a processor of values. */
export function processValues(draft: Draft, from: StreamNode): StreamNode {
  const { key, value } = from;
  const names = ['twice'];
  if (hasText(value)) names.push('showTimes');
  if (hasText(value) && isScalar(key)) names.push('prev', 'prev');
  switch (draft.random.pick(names)) {
    case 'twice':
      return derived(draft, from, 'processValues', { fn: 'twice', stores: [] }, { onePerInput: false });
    case 'showTimes':
      return derived(draft, from, 'processValues', { fn: 'showTimes', stores: [] }, { value: 'string' });
    default: {
      const keyed = withoutNullKeys(draft, from);
      const store = processorStore(draft, key, value);
      return derived(draft, keyed, 'processValues', { fn: ['prev', store], stores: [store] }, { value: 'string' });
    }
  }
}

function shiftTime(draft: Draft, from: StreamNode): StreamNode {
  const ms = draft.random.pick([1, 5, 100, -3]);
  if (ms < 0) {
    // A negative time stops the application. Back goes only what has the time of an input, once, and no input is so early.
    if (!from.onePerInput || draft.demands.lowestTime > 0) throw new NotPossible();
    draft.demand({ lowestTime: 5 });
  }
  return processor(draft, from, ['shiftTs', ms], [], { onePerInput: false });
}

function addHeader(draft: Draft, from: StreamNode): StreamNode {
  return processor(draft, from, ['addHeader', draft.random.pick(['h', 'p']), draft.random.pick(['x', '1', ''])]);
}

function show(name: 'showTimes' | 'showMeta'): Step {
  return (draft, from) => processor(draft, from, name, [], { value: 'string' });
}

function swap(draft: Draft, from: StreamNode): StreamNode {
  const { key, value } = from;
  if (!isScalar(key) || !isScalar(value)) throw new NotPossible();
  return processor(draft, from, 'swap', [], { key: value, value: key, noNullKeys: false });
}

function dedup(draft: Draft, from: StreamNode): StreamNode {
  const store = processorStore(draft, from.key, from.value, { onlyGets: true });
  return processor(draft, from, ['dedup', store], [store], { noNullKeys: true });
}

function runningSum(draft: Draft, from: StreamNode): StreamNode {
  const store = processorStore(draft, from.key, 'long', { onlyGets: true });
  return processor(draft, from, ['runningSum', store], [store], { noNullKeys: true });
}

/** Reads the store of a table, of a global table, or of another processor. */
function lookup(draft: Draft, from: StreamNode): StreamNode {
  const { random } = draft;
  const { key } = from;
  if (!isScalar(key)) throw new NotPossible();
  if (random.chance(0.2) || readableStores(draft, key).length === 0) {
    if (random.chance(0.5)) {
      tableSource(draft, { key, value: random.pick<Scalar>(['string', 'long']), versioned: false, named: true });
    } else {
      globalTableSource(draft, key);
    }
    // The new store is the last one. A global table may have none with a name.
    const [newest] = readableStores(draft, key).slice(-1);
    return readStore(draft, from, random.pick(newest === undefined ? [] : [newest]));
  }
  return readStore(draft, from, random.pick(readableStores(draft, key)));
}

function readStore(draft: Draft, from: StreamNode, { name, of }: KnownStore): StreamNode {
  // Processors reach global stores without naming them.
  return processor(draft, from, ['lookup', name], of === 'global' ? [] : [name], { value: 'string' });
}

function readableStores(draft: Draft, key: Scalar): readonly KnownStore[] {
  return draft.stores.filter(store => store.key === key && hasText(store.value));
}

function lookupGlobalStore(draft: Draft, from: StreamNode): StreamNode {
  if (!isScalar(from.key)) throw new NotPossible();
  return processor(draft, from, ['lookup', globalStore(draft, from.key)], [], { value: 'string' });
}

function punctuate(draft: Draft, from: StreamNode): StreamNode {
  const { random } = draft;
  const store = processorStore(draft, from.key, from.value, { shared: 0.25 });
  const wallClock = random.chance(0.45);
  const variant = random.pick(['', '', 'Clear', 'Once', 'From']);
  const ms = random.pick([10, 10, 20, 50]);
  if (wallClock) {
    draft.demand({ wallClock: true });
    if (random.chance(0.3)) draft.configure({ wallClock: random.pick([100, 205, 1050]) });
  }
  const name = `${wallClock ? 'punctuateWall' : 'punctuateStream'}${variant}`;
  const start = variant === 'From' ? [random.pick([0, 7, 30, 100, 1000])] : [];
  const known = { value: 'string', onePerInput: false, noNullKeys: true } as const;
  return processor(draft, from, [name, store, ms, ...start], [store], known);
}

/** A processor with children that have names. Each record goes to one of them, null values to all. */
function route(draft: Draft, from: StreamNode): StreamNode {
  const { random } = draft;
  const [a, b] = [draft.name('kidA'), draft.name('kidB')];
  const fn: FunctionSpec = ['routeTo', random.pick(['a', 'b', 'c']), a, b];
  const router = processor(draft, from, fn, [], {}, { name: draft.nameWithChance('p', 0.3) });
  const children = [
    { name: a, prefix: 'A:' },
    { name: b, prefix: 'B:' },
  ];
  const made = (random.chance(0.5) ? children : children.reverse()).map(({ name, prefix }) => {
    const child = random.chance(0.3)
      ? derived(draft, router, 'filter', { pred: 'always', name })
      : derived(draft, router, 'mapValues', { fn: ['prefix', prefix], name });
    if (random.chance(0.2)) derived(draft, router, 'mapValues', { fn: ['orElse', 'none'] });
    return child;
  });
  return random.pick(made);
}

/** Forwards the record that a store with headers had before. */
function previous(draft: Draft, from: StreamNode): StreamNode {
  if (from.value === 'double' && !draft.random.chance(0.3)) throw new NotPossible();
  const keyed = withoutNullKeys(draft, from);
  const store = draft.name('s');
  const kind = 'timestampedKeyValueWithHeaders';
  draft.declareWithoutId('store', { store, kind, ...serdes(keyed.key, keyed.value) });
  return processor(draft, keyed, ['previous', store], [store], { onePerInput: false });
}
