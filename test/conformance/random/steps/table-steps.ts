import type { Draft, Fields } from '../draft.js';
import { keyMapping, mapping, refusing } from '../functions/mappings.js';
import { predicate } from '../functions/predicates.js';
import { type StreamNode, sourceStream, type TableNode } from '../nodes.js';
import { NotPossible } from '../not-possible.js';
import { hasText, isScalar, isWindowed, type KeyShape, serdeOf, serdes, type ValueShape } from '../shapes.js';
import { rememberStore } from '../sources.js';
import { processorStore } from './processor-stores.js';

/** How an operation of a table is materialized: not at all, with serdes alone, or with a store that has a name. */
export interface Materialized {
  readonly kind: 'not' | 'serdes' | 'store';
  readonly fields: Fields;
}

export function materialized(draft: Draft, key: KeyShape, value: ValueShape): Materialized {
  const kind = draft.random.weighted<Materialized['kind']>([
    ['not', 5],
    ['serdes', 2.5],
    ['store', 3],
  ]);
  if (kind === 'not') return { kind, fields: {} };
  // A serde of strings is named too: without any the operation is not materialized with serdes.
  const given = { ...serdes(key, value), valueSerde: serdeOf(value) };
  return { kind, fields: kind === 'store' ? { ...given, store: draft.name('s') } : given };
}

function derivedTable(
  draft: Draft,
  from: TableNode,
  op: string,
  value: ValueShape,
  { kind, fields }: Materialized,
  known: Partial<TableNode> = {},
): TableNode {
  const id = draft.declare(op, { from: from.id, ...fields });
  const table = draft.add({
    ...from,
    id,
    value,
    serdesKnown: kind !== 'not' || (op.startsWith('filter') && from.serdesKnown),
    versioned: (kind === 'not' && from.versioned) || fields.versioned !== undefined,
    impure: kind !== 'store' && from.impure,
    ...known,
  });
  if (fields.versioned === undefined) rememberStore(draft, fields.store, table);
  return table;
}

function withFields({ kind, fields }: Materialized, more: Fields): Materialized {
  return { kind, fields: { ...fields, ...more } };
}

export function filterTable(draft: Draft, from: TableNode): TableNode {
  const stored = materialized(draft, from.key, from.value);
  const pred = predicate(draft, from.key, from.value, 'table');
  return derivedTable(
    draft,
    from,
    draft.random.pick(['filter', 'filterNot']),
    from.value,
    withFields(stored, { pred }),
  );
}

export function mapTable(draft: Draft, from: TableNode): TableNode {
  const { fn, gives } = refusing(draft, from.value, 0.4) ?? mapping(draft, from.key, from.value);
  const stored = materialized(draft, from.key, gives);
  const versioned =
    stored.kind === 'store' && !isWindowed(from.key) && draft.random.chance(draft.traits.versionedMapValues);
  return derivedTable(
    draft,
    from,
    'mapValues',
    gives,
    withFields(stored, { fn, ...(versioned && { versioned: 1000 }) }),
  );
}

export function transformTable(draft: Draft, from: TableNode): TableNode {
  const { random } = draft;
  const { key, value } = from;
  if (!hasText(value)) throw new NotPossible();
  const names = [
    'times',
    ...(hasText(key) ? ['keyValue', 'nullSafe'] : []),
    ...(isScalar(key) ? ['calls', 'calls'] : []),
  ];
  const name = random.pick(names);
  // No other processor has the store of the calls: it would see how often Java looks rows up.
  const store = name === 'calls' ? processorStore(draft, key, 'long', { kept: true }) : undefined;
  const stored = materialized(draft, key, 'string');
  const fields = store === undefined ? { fn: name, stores: [] } : { fn: [name, store] as const, stores: [store] };
  return derivedTable(draft, from, 'transformValues', 'string', withFields(stored, fields), {
    impure: stored.kind !== 'store' && (from.impure || name === 'calls'),
  });
}

export function suppress(draft: Draft, from: TableNode): TableNode {
  const { random } = draft;
  // The buffer serializes. Without known serdes it would take the default one, which a case does not name.
  if (!from.serdesKnown) throw new NotPossible();
  // Java refuses it.
  if (from.versioned) throw new NotPossible();
  const id = draft.declare('suppress', { from: from.id, ...suppression(draft, from.closes && random.chance(0.75)) });
  return draft.add({ ...from, id, serdesKnown: true });
}

function suppression({ random }: Draft, untilWindowCloses: boolean): Fields {
  if (untilWindowCloses) {
    return { until: 'windowCloses', maxRecords: random.chance(0.08) ? random.pick([2, 4, 8]) : undefined };
  }
  const timeLimit = { until: 'timeLimit', ms: random.pick([5, 10, 10, 30, 100]) } as const;
  const whenFull = random.weighted<'emitEarly' | 'shutDown' | undefined>([
    [undefined, 5],
    ['emitEarly', 4],
    ['shutDown', 0.6],
  ]);
  if (whenFull === undefined) return timeLimit;
  return { ...timeLimit, whenFull, maxRecords: random.pick(whenFull === 'emitEarly' ? [0, 1, 2, 3] : [2, 3, 4]) };
}

export function toStream(draft: Draft, from: TableNode): StreamNode {
  const { key, value, roots } = from;
  const mapped = draft.random.chance(isWindowed(key) ? 0.5 : 0.15) ? keyMapping(draft, key, value) : undefined;
  const id = draft.declare('toStream', { from: from.id, key: mapped?.fn });
  const known = { rekeyed: mapped !== undefined, noNullKeys: mapped === undefined };
  return draft.add(sourceStream(id, mapped?.gives ?? key, value, roots, known));
}
