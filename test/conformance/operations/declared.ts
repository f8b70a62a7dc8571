import type {
  CogroupedKStream,
  GlobalKTable,
  KGroupedStream,
  KGroupedTable,
  KStream,
  KTable,
  SessionWindowedCogroupedKStream,
  SessionWindowedKStream,
  SlidingWindowedKStream,
  TimeWindowedCogroupedKStream,
  TimeWindowedKStream,
} from '../../../streams/index.js';

/** What an id of the case stands for. */
export type Declared =
  | { readonly kind: 'stream'; readonly stream: KStream<unknown, unknown> }
  | { readonly kind: 'table'; readonly table: KTable<unknown, unknown> }
  | { readonly kind: 'globalTable'; readonly table: GlobalKTable<unknown, unknown> }
  | { readonly kind: 'group'; readonly group: KGroupedStream<unknown, unknown> }
  | { readonly kind: 'tableGroup'; readonly group: KGroupedTable<unknown, unknown> }
  | { readonly kind: 'cogroup'; readonly group: CogroupedKStream<unknown, unknown> }
  | { readonly kind: 'sessionCogroup'; readonly windowed: SessionWindowedCogroupedKStream<unknown, unknown> }
  | { readonly kind: 'windowedCogroup'; readonly windowed: TimeWindowedCogroupedKStream<unknown, unknown> }
  | { readonly kind: 'sessions'; readonly sessions: SessionWindowedKStream<unknown, unknown> }
  | { readonly kind: 'sliding'; readonly sliding: SlidingWindowedKStream<unknown, unknown> }
  | { readonly kind: 'windowed'; readonly windowed: TimeWindowedKStream<unknown, unknown> };

export type DeclaredOf<Kind extends Declared['kind']> = Extract<Declared, { readonly kind: Kind }>;

export function stream(declared: KStream<unknown, unknown>): DeclaredOf<'stream'> {
  return { kind: 'stream', stream: declared };
}

export function table(declared: KTable<unknown, unknown>): DeclaredOf<'table'> {
  return { kind: 'table', table: declared };
}

export function globalTable(declared: GlobalKTable<unknown, unknown>): DeclaredOf<'globalTable'> {
  return { kind: 'globalTable', table: declared };
}

export function group(declared: KGroupedStream<unknown, unknown>): DeclaredOf<'group'> {
  return { kind: 'group', group: declared };
}

export function tableGroup(declared: KGroupedTable<unknown, unknown>): DeclaredOf<'tableGroup'> {
  return { kind: 'tableGroup', group: declared };
}

export function windowed(declared: TimeWindowedKStream<unknown, unknown>): DeclaredOf<'windowed'> {
  return { kind: 'windowed', windowed: declared };
}
