import type { WindowsSpec } from '../../case-file.js';
import type { Draft } from '../draft.js';
import { joiner } from '../functions/joiners.js';
import { type Mapping, refusing, scalarMappings } from '../functions/mappings.js';
import { type GlobalTableNode, type StreamNode, sourceStream, type TableNode, tableNode } from '../nodes.js';
import { NotPossible } from '../not-possible.js';
import { hasText, isScalar, otherSerde, type Scalar, sameShape, serdes } from '../shapes.js';
import { globalTableSource, rememberStore, streamSource, tableSource } from '../sources.js';
import { streams, withoutNullKeys } from './stream-steps.js';
import { materialized } from './table-steps.js';

export function joinStream(draft: Draft, from: StreamNode): StreamNode {
  const { random } = draft;
  const { key, value } = from;
  if (!isScalar(key)) throw new NotPossible();
  const candidates = streams(draft).filter(node => node.key === key && (node.id !== from.id || random.chance(0.3)));
  const other = candidates.length > 0 && random.chance(0.45) ? random.pick(candidates) : streamSource(draft, { key });
  const op = random.pick(['join', 'leftJoin', 'leftJoin', 'outerJoin', 'outerJoin']);
  const { fn, gives } = joiner(draft, value, other.value, { key });
  for (const side of [from, other]) if (side.rekeyed) draft.addInternalTopic(side.roots);
  const id = draft.declare(op, {
    from: from.id,
    with: other.id,
    joiner: fn,
    windows: joinWindows(draft),
    ...serdes(key, value),
    ...otherSerde(other.value),
  });
  const roots = new Set([...from.roots, ...other.roots]);
  return draft.add(sourceStream(id, key, gives, roots, { noNullKeys: from.noNullKeys && other.noNullKeys }));
}

/** How far before and after a record the other one may be. */
const REACHES = [
  [10, 10],
  [5, 5],
  [5, 10],
  [0, 10],
  [10, 0],
  [5, 0],
  [0, 5],
  [10, -5],
  [-3, 10],
  [20, 20],
  [0, 0],
  [5, -5],
] as const;

function joinWindows({ random }: Draft): WindowsSpec {
  // A side is kept for the sum of all three. Stores that keep nothing are not what a case is about.
  const some = REACHES.filter(([before, after]) => before + after > 0);
  const grace = random.pick([0, 0, 5, 20, 30, 50]);
  const [before, after] = random.pick(grace >= 5 ? REACHES : some);
  return { before, after, grace };
}

/** Joins the stream with a table of the draft, or with a new one. */
export function joinTable(draft: Draft, from: StreamNode): StreamNode {
  return joinStreamWithTable(draft, from, tableOfKeys(draft, from));
}

export function joinStreamWithTable(draft: Draft, stream: StreamNode, table: TableNode): StreamNode {
  const { random } = draft;
  const op = random.pick(['join', 'leftJoin']);
  const { fn, gives } = joiner(draft, stream.value, table.value, { key: stream.key });
  const waits = table.versioned && isScalar(stream.key) && random.chance(0.5);
  const grace = waits ? random.pick([5, 10, 20, 50]) : undefined;
  // Java fails on a null key: its buffer has none.
  const from = waits && op === 'leftJoin' ? withoutNullKeys(draft, stream) : stream;
  if (from.rekeyed) draft.addInternalTopic(from.roots);
  const id = draft.declare(op, {
    from: from.id,
    with: table.id,
    joiner: fn,
    grace,
    ...serdes(from.key, from.value),
    ...otherSerde(table.value),
  });
  const known = { onePerInput: from.onePerInput, noNullKeys: from.noNullKeys || op === 'join' };
  return draft.add(sourceStream(id, from.key, gives, from.roots, known));
}

/** A look-up calls the function. In Java that finds no store in the node of the join, and fails. */
function canBeLookedUp({ impure }: TableNode): boolean {
  return !impure;
}

/** A table with keys like those of the node. The node itself is one of them now and then. */
function tableOfKeys(draft: Draft, { id, key }: StreamNode | TableNode): TableNode {
  const { random } = draft;
  const tables = draft.nodes
    .filter(node => node.kind === 'table')
    .filter(table => sameShape(table.key, key) && canBeLookedUp(table) && (table.id !== id || random.chance(0.3)));
  if (tables.length > 0 && (!isScalar(key) || random.chance(0.45))) return random.pick(tables);
  if (!isScalar(key)) throw new NotPossible();
  return tableSource(draft, { key });
}

export function joinGlobalTable(draft: Draft, from: StreamNode): StreamNode {
  const { random } = draft;
  const { key, value } = from;
  const { fn, gives } = globalKey(draft, from);
  const table = globalTableOfKeys(draft, gives);
  const joined = joiner(draft, value, table.value, { key, both: hasText(key) });
  const op = random.pick(['join', 'leftJoin']);
  const id = draft.declare(op, { from: from.id, with: table.id, key: fn, joiner: joined.fn });
  return draft.add({ ...from, id, value: joined.gives, unchanged: false });
}

function globalKey(draft: Draft, { key, value, unchanged }: StreamNode): Mapping<Scalar> {
  const { random } = draft;
  const refuses = unchanged ? refusing(draft, value, 0.3) : undefined;
  if (refuses !== undefined) return refuses;
  if (value === 'string' && random.chance(0.4)) return { fn: ['part', ':'], gives: 'string' };
  if (isScalar(key) && random.chance(0.4)) return { fn: 'key', gives: key };
  return random.weighted(scalarMappings(draft, key, value));
}

function globalTableOfKeys(draft: Draft, key: Scalar): GlobalTableNode {
  const { random } = draft;
  const tables = draft.globalTables.filter(table => table.key === key);
  return tables.length > 0 && random.chance(0.5) ? random.pick(tables) : globalTableSource(draft, key);
}

/** Joins two tables by key. The result has no versioned store: Java's old values are not those of such a store. */
export function joinTables(draft: Draft, from: TableNode): TableNode {
  const { key, roots } = from;
  if (!canBeLookedUp(from)) throw new NotPossible();
  const other = tableOfKeys(draft, from);
  const op = draft.random.pick(['join', 'leftJoin', 'outerJoin']);
  const { fn, gives } = joiner(draft, from.value, other.value);
  const { kind, fields } = materialized(draft, key, gives);
  // Java gives it a store, which is cached. Here it has none, on purpose.
  if (kind === 'serdes' && draft.config.cacheBytes > 0) throw new NotPossible();
  const id = draft.declare(op, { from: from.id, with: other.id, joiner: fn, ...fields });
  const table = draft.add(
    tableNode(id, key, gives, new Set([...roots, ...other.roots]), {
      serdesKnown: kind !== 'not',
      closes: from.closes && other.closes,
    }),
  );
  rememberStore(draft, fields.store, table);
  return table;
}

/** Foreign keys that several rows share and that other tables have. */
const SHARED = new Set(['firstChar', 'identity', 'part,:', 'field,id', 'mod,4', 'field,n', 'key']);

export function joinByForeignKey(draft: Draft, from: TableNode): TableNode {
  const { random } = draft;
  const { key, value } = from;
  // Both sides are serialized. Windowed keys are left to the joins by key.
  if (!from.serdesKnown || !isScalar(key)) throw new NotPossible();
  // The join compares a row with the one that it asked for. If they differ at each look-up it never ends.
  if (from.impure) throw new NotPossible();
  const foreignKey = refusing(draft, value, 0.3) ?? foreignKeyOf(draft, from);
  const tables = draft.nodes
    .filter(node => node.kind === 'table')
    .filter(
      table => table.key === foreignKey.gives && table.serdesKnown && (table.id !== from.id || random.chance(0.3)),
    );
  const other =
    tables.length > 0 && random.chance(0.4) ? random.pick(tables) : tableSource(draft, { key: foreignKey.gives });
  const roots = new Set([...from.roots, ...other.roots]);
  draft.addInternalTopic(roots);
  const { fn, gives } = joiner(draft, value, other.value);
  const { kind, fields } = materialized(draft, key, gives);
  const id = draft.declare(random.pick(['join', 'leftJoin']), {
    from: from.id,
    with: other.id,
    foreignKey: foreignKey.fn,
    joiner: fn,
    ...fields,
  });
  const table = draft.add(tableNode(id, key, gives, roots, { serdesKnown: kind !== 'not' }));
  rememberStore(draft, fields.store, table);
  return table;
}

function foreignKeyOf(draft: Draft, { key, value }: TableNode): Mapping<Scalar> {
  const all = scalarMappings(draft, key, value);
  const shared = all.filter(([{ fn }]) => SHARED.has(fn.toString()));
  return draft.random.weighted(shared.length > 0 && draft.random.chance(0.85) ? shared : all);
}
