import type { Draft } from '../draft.js';
import type { Node, StreamNode, TableNode } from '../nodes.js';
import { cogroup } from './cogroup-steps.js';
import { aggregateGroup, aggregateTwice } from './group-steps.js';
import { joinByForeignKey, joinGlobalTable, joinStream, joinTable, joinTables } from './join-steps.js';
import { process, processValues } from './processor-steps.js';
import {
  filter,
  flatMap,
  flatMapValues,
  map,
  mapValues,
  merge,
  peek,
  repartition,
  selectKey,
  split,
  toTable,
} from './stream-steps.js';
import { filterTable, mapTable, suppress, toStream, transformTable } from './table-steps.js';
import { aggregateWindows } from './window-steps.js';

interface Kind<From> {
  readonly weight: number;
  readonly take: (draft: Draft, from: From) => Node;
}

const OF_STREAMS = {
  filter: { weight: 3, take: filter },
  mapValues: { weight: 4, take: mapValues },
  map: { weight: 2, take: map },
  selectKey: { weight: 2, take: selectKey },
  flatMap: { weight: 1.5, take: flatMap },
  flatMapValues: { weight: 1, take: flatMapValues },
  merge: { weight: 1.2, take: merge },
  split: { weight: 1, take: split },
  repartition: { weight: 1, take: repartition },
  peek: { weight: 0.7, take: peek },
  processValues: { weight: 1, take: processValues },
  process: { weight: 1, take: process },
  aggregate: { weight: 1, take: aggregateGroup },
  aggregateTwice: { weight: 0.2, take: aggregateTwice },
  aggregateWindows: { weight: 1, take: aggregateWindows },
  cogroup: { weight: 0.5, take: cogroup },
  toTable: { weight: 0.8, take: toTable },
  joinStream: { weight: 0.6, take: joinStream },
  joinTable: { weight: 0.8, take: joinTable },
  joinGlobalTable: { weight: 0.5, take: joinGlobalTable },
} as const satisfies Record<string, Kind<StreamNode>>;

const OF_TABLES = {
  filter: { weight: 3, take: filterTable },
  mapValues: { weight: 3, take: mapTable },
  transformValues: { weight: 1, take: transformTable },
  aggregate: { weight: 2, take: aggregateGroup },
  suppress: { weight: 0.8, take: suppress },
  joinTables: { weight: 2, take: joinTables },
  joinByForeignKey: { weight: 1, take: joinByForeignKey },
  toStream: { weight: 1.5, take: toStream },
} as const satisfies Record<string, Kind<TableNode>>;

/** A step on a stream, on a table, or on both. */
export type StepName = keyof typeof OF_STREAMS | keyof typeof OF_TABLES;

export interface WantedStep {
  /** One of these. Absent: any. */
  readonly only?: readonly StepName[];
  /** Factors of the weights. */
  readonly factors?: { readonly [Name in StepName]?: number };
}

/** The steps without state. */
export const STATELESS: readonly StepName[] = [
  'filter',
  'mapValues',
  'map',
  'selectKey',
  'flatMap',
  'flatMapValues',
  'merge',
  'split',
  'peek',
  'processValues',
  'repartition',
  'transformValues',
];

/** Adds operations behind the node. Returns the node behind them, or this one if no step was possible. */
export function step(draft: Draft, from: Node, wanted: WantedStep = {}): Node {
  return from.kind === 'stream'
    ? stepOf<StreamNode>(draft, from, OF_STREAMS, wanted)
    : stepOf<TableNode>(draft, from, OF_TABLES, wanted);
}

function stepOf<From extends Node>(
  draft: Draft,
  from: From,
  kinds: { readonly [Name in StepName]?: Kind<From> },
  { only, factors = {} }: WantedStep,
): Node {
  const left = new Map(Object.entries(kinds) as [StepName, Kind<From>][]);
  for (const name of left.keys()) if (only?.includes(name) === false || factors[name] === 0) left.delete(name);
  while (left.size > 0) {
    const choices = [...left].map(([name, { weight }]) => [name, weight * (factors[name] ?? 1)] as const);
    const name = draft.random.weighted(choices);
    const made = draft.attempt(() => left.get(name)?.take(draft, from));
    if (made !== undefined) return made;
    left.delete(name);
  }
  return from;
}

/** Sometimes steps without state, each less likely than the one in front of it. */
export function stepsInFront(draft: Draft, from: Node, probability = 0.45): Node {
  if (!draft.random.chance(probability)) return from;
  return stepsInFront(draft, step(draft, from, { only: STATELESS }), probability / 2);
}
