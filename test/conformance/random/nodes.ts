import type { WindowsSpec } from '../case-file.js';
import type { KeyShape, Scalar, ValueShape } from './shapes.js';

/** What the generator knows of everything that has an id. */
interface Declared<Key = KeyShape> {
  readonly id: string;
  readonly key: Key;
  readonly value: ValueShape;
  /** The topics of the input that its records come from. */
  readonly roots: ReadonlySet<string>;
}

export interface StreamNode extends Declared {
  readonly kind: 'stream';
  /** The next operation by key sends it through an internal topic. */
  readonly rekeyed: boolean;
  /** It has at most one record for each record of the input, with the time of that. */
  readonly onePerInput: boolean;
  /** Its keys and values are those of the input. */
  readonly unchanged: boolean;
  readonly noNullKeys: boolean;
}

export interface TableNode extends Declared {
  readonly kind: 'table';
  /** Operations behind it know how to serialize its values. */
  readonly serdesKnown: boolean;
  readonly versioned: boolean;
  /** It is of windows that close. */
  readonly closes: boolean;
  /** A value may differ at each look-up. */
  readonly impure: boolean;
}

export interface GlobalTableNode extends Declared<Scalar> {
  readonly kind: 'globalTable';
}

/** What an operation is added to. */
export type Node = StreamNode | TableNode;

export interface GroupNode extends Declared {
  readonly kind: 'group';
  readonly onePerInput: boolean;
  /** Each aggregation of it has an internal topic of its own. */
  readonly topicEach: boolean;
}

export interface TableGroupNode extends Declared {
  readonly kind: 'tableGroup';
}

export interface WindowedNode extends Declared<Scalar> {
  readonly kind: 'windowed';
  readonly windows: GroupWindows;
  readonly emitsFinal: boolean;
}

/** Windows of a group, and the keys of what is aggregated in them. */
export interface GroupWindows {
  readonly spec: WindowsSpec;
  readonly key: KeyShape;
}

/** Whether windows ever close. */
export function closing({ spec }: GroupWindows): boolean {
  return spec.type !== 'unlimited';
}

/** A stream that comes straight from a topic. */
export function sourceStream(
  id: string,
  key: KeyShape,
  value: ValueShape,
  roots: ReadonlySet<string>,
  known: Partial<StreamNode> = {},
): StreamNode {
  const unknown = { rekeyed: false, onePerInput: false, unchanged: false, noNullKeys: false };
  return { kind: 'stream', id, key, value, roots, ...unknown, ...known };
}

export function tableNode(
  id: string,
  key: KeyShape,
  value: ValueShape,
  roots: ReadonlySet<string>,
  known: Partial<TableNode> = {},
): TableNode {
  const usual = { serdesKnown: true, versioned: false, closes: false, impure: false };
  return { kind: 'table', id, key, value, roots, ...usual, ...known };
}
