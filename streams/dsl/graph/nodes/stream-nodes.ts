import type { KeyValue } from '../../options/key-value.js';
import type { NodeBase } from './node-base.js';

export interface FilterNode extends NodeBase {
  readonly kind: 'filter';
  /** True for `filterNot`. */
  readonly negated: boolean;
  /** True: dropped records are counted. Records that a user's predicate drops are not counted, as in Java. */
  readonly countsDropped: boolean;
  predicate(key: unknown, value: unknown): boolean;
}

export interface MapNode extends NodeBase {
  readonly kind: 'map';
  mapper(key: unknown, value: unknown): KeyValue<unknown, unknown>;
}

export interface SelectKeyNode extends NodeBase {
  readonly kind: 'selectKey';
  /** Names the mapper in the message of a PromiseError. */
  readonly what: string;
  mapper(key: unknown, value: unknown): unknown;
}

export interface MapValuesNode extends NodeBase {
  readonly kind: 'mapValues';
  mapper(value: unknown, key: unknown): unknown;
}

export interface FlatMapNode extends NodeBase {
  readonly kind: 'flatMap';
  mapper(key: unknown, value: unknown): Iterable<KeyValue<unknown, unknown>>;
}

export interface FlatMapValuesNode extends NodeBase {
  readonly kind: 'flatMapValues';
  mapper(value: unknown, key: unknown): Iterable<unknown>;
}

export interface PeekNode extends NodeBase {
  readonly kind: 'peek';
  action(key: unknown, value: unknown): void;
}

/** A chain of operators of another library. */
export interface PipeNode extends NodeBase {
  readonly kind: 'pipe';
  readonly operators: {
    mount(sink: (record: KeyValue<unknown, unknown>) => void): {
      bivarianceHack(record: KeyValue<unknown, unknown>): void;
    }['bivarianceHack'];
  };
}

export interface MergeNode extends NodeBase {
  readonly kind: 'merge';
}

export interface SplitNode extends NodeBase {
  readonly kind: 'split';
  readonly branches: readonly BranchPredicate[];
}

export interface BranchPredicate {
  readonly name: string;
  /** The default branch takes all records. */
  predicate(key: unknown, value: unknown): boolean;
}

export interface BranchNode extends NodeBase {
  readonly kind: 'branch';
  readonly index: number;
}
