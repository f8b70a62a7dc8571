import type { FunctionSpec } from '../case-file.js';
import { type Draft, type Fields, type InputTopic, REFUSED } from './draft.js';
import { type GlobalTableNode, type StreamNode, sourceStream, type TableNode, tableNode } from './nodes.js';
import { isScalar, type KeyShape, type Scalar, serdes, type ValueShape } from './shapes.js';

/** What a source is wanted to have. What is absent is drawn. */
interface Wanted {
  readonly key?: Scalar | undefined;
  readonly value?: ValueShape | undefined;
}

export interface WantedTable extends Wanted {
  readonly versioned?: boolean | undefined;
  /** It has a store with a name. */
  readonly named?: boolean;
}

/** A stream of a new topic, of several, or of one that another stream reads too. */
export function streamSource(draft: Draft, wanted: Wanted = {}): StreamNode {
  const { random } = draft;
  const again = draft.topics.filter(
    topic =>
      topic.source !== undefined &&
      (wanted.key === undefined || topic.key === wanted.key) &&
      (wanted.value === undefined || topic.value === wanted.value),
  );
  if (again.length > 0 && random.chance(0.15)) {
    const { key, value, names, source = {} } = random.pick(again);
    const known = { onePerInput: true, unchanged: true };
    return draft.add(sourceStream(draft.declare('stream', source), key, value, new Set(names), known));
  }
  const { key, value } = shapes(draft, wanted);
  const extractor = extractorOf(draft, value);
  const name = draft.name('in');
  const { names, reads } = topicsRead(draft, name);
  const source = { ...reads, ...serdes(key, value), timestampExtractor: extractor };
  draft.addTopic({
    ...topicOf(draft, 'stream', names, { key, value }, { nullKeys: 0.05, nullValues: nullsWith(extractor, 0.1) }),
    ...(extractor !== undefined && { extractor }),
    ...(reads.topic !== undefined && { source }),
    byPattern: reads.pattern !== undefined,
  });
  const known = { onePerInput: extractor === undefined, unchanged: true };
  return draft.add(sourceStream(draft.declare('stream', source), key, value, new Set([name]), known));
}

function topicsRead(draft: Draft, name: string): { readonly names: readonly string[]; readonly reads: Fields } {
  if (draft.random.chance(0.06)) {
    const names = [name, `${name}b`];
    return { names, reads: { topics: names } };
  }
  if (draft.random.chance(0.04)) {
    return { names: [`${name}-a`, `${name}-bc`], reads: { pattern: `${name}-[a-z]+` } };
  }
  return { names: [name], reads: { topic: name } };
}

/** A table of a new topic. */
export function tableSource(draft: Draft, wanted: WantedTable = {}): TableNode {
  const { random, traits } = draft;
  const { key, value } = shapes(draft, wanted);
  const versioned = wanted.versioned ?? random.chance(traits.versionedSource);
  const extractor = extractorOf(draft, value);
  const topic = draft.name('in');
  draft.addTopic({
    ...topicOf(draft, 'table', [topic], { key, value }, { nullKeys: 0.03, nullValues: nullsWith(extractor, 0.18) }),
    ...(extractor !== undefined && { extractor }),
  });
  const store = versioned || (wanted.named ?? random.chance(0.55)) ? draft.name('s') : undefined;
  const id = draft.declare('table', {
    topic,
    ...serdes(key, value),
    store,
    versioned: versioned ? random.pick([1000, 1000, 1000, 100]) : undefined,
    timestampExtractor: extractor,
  });
  const table = draft.add(tableNode(id, key, value, new Set([topic]), { versioned }));
  if (!versioned) rememberStore(draft, store, table);
  return table;
}

export function globalTableSource(draft: Draft, key: Scalar): GlobalTableNode {
  const value = draft.random.pick<ValueShape>(['string', 'string', 'long', 'document']);
  const topic = draft.name('in');
  draft.addTopic(topicOf(draft, 'globalTable', [topic], { key, value }, { nullKeys: 0.03, nullValues: 0.15 }));
  const name = draft.storeWithChance(0.5);
  const id = draft.declare('globalTable', { topic, ...serdes(key, value), store: name });
  if (name !== undefined) draft.addStore({ name, key, value, of: 'global' });
  return draft.addGlobalTable({ kind: 'globalTable', id, key, value, roots: new Set([topic]) });
}

/** A global store that is filled by a processor, which sometimes refuses a value. Returns its name. */
export function globalStore(draft: Draft, key: Scalar): string {
  const { random, traits } = draft;
  const value = random.pick<Scalar>(['string', 'long']);
  const refuses = random.chance(traits.refusingGlobalStore);
  const topic = draft.name('in');
  const store = draft.name('s');
  draft.addTopic({
    ...topicOf(draft, 'globalStore', [topic], { key, value }, { nullKeys: 0.03, nullValues: 0.15 }),
    ...(refuses && { refusedValues: 0.15 }),
  });
  if (refuses && random.chance(0.8)) {
    draft.configure({ onProcessingError: 'continue' });
    if (random.chance(0.7)) draft.configure({ onGlobalProcessingError: 'continue' });
  }
  const fn: FunctionSpec = refuses ? ['storeUnless', store, REFUSED[value]] : ['storeAll', store];
  draft.declareWithoutId('globalStore', { topic, store, kind: 'keyValue', ...serdes(key, value), fn });
  draft.addStore({ name: store, key, value, of: 'global' });
  return store;
}

/** Processors may read the store of a table if it has a name. */
export function rememberStore(
  draft: Draft,
  name: string | undefined,
  { key, value }: { readonly key: KeyShape; readonly value: ValueShape },
): void {
  if (name !== undefined && isScalar(key)) draft.addStore({ name, key, value, of: 'table' });
}

export function topicOf(
  { random }: Draft,
  kind: InputTopic['kind'],
  names: readonly string[],
  shape: { readonly key: Scalar; readonly value: ValueShape },
  nulls: { readonly nullKeys: number; readonly nullValues: number },
): InputTopic {
  return { kind, names, byPattern: false, ...shape, ...nulls, weight: random.pick([2, 2, 3, 1]) };
}

function shapes({ random }: Draft, { key, value }: Wanted): { readonly key: Scalar; readonly value: ValueShape } {
  return {
    key:
      key ??
      random.weighted<Scalar>([
        ['string', 8],
        ['long', 1.5],
      ]),
    value:
      value ??
      random.weighted<ValueShape>([
        ['string', 8],
        ['long', 5],
        ['document', 4],
        ['double', 0.7],
      ]),
  };
}

function extractorOf({ random, traits }: Draft, value: ValueShape): FunctionSpec | undefined {
  if (value !== 'document' || !random.chance(0.12)) return undefined;
  return random.weighted<FunctionSpec>([
    [['field', 't'], 4],
    [['fieldOrPartitionTime', 't'], 4],
    [['fieldOrFail', 't'], traits.failingExtractorWeight],
  ]);
}

/** The extractor that fails does so for a null value. Then the case is over, so there are few. */
function nullsWith(extractor: FunctionSpec | undefined, usual: number): number {
  return extractor?.[0] === 'fieldOrFail' ? 0.004 : usual;
}
