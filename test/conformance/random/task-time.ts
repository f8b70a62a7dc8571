import type { Operation } from '../case-file.js';
import { nameOf } from './functions/mappings.js';

/**
 * Whether the result of a topology depends on which sub-topologies are in one task. Java's test driver runs all in one,
 * so they share a stream time and their punctuators are in one order. Applications give each tasks of its own, in Java
 * and here.
 */
export function dependsOnTasks(operations: readonly Operation[]): boolean {
  return operations.some(showsTaskTime) && countSubTopologies(operations) > 1;
}

/** Functions that show the stream time, or that it makes run. */
function showsTaskTime({ fn = '' }: Operation): boolean {
  const name = nameOf(fn);
  return name === 'showTimes' || name.startsWith('punctuate');
}

/** Operations are in one sub-topology if they are connected by streams, tables, stores or the topic that they read. */
function countSubTopologies(operations: readonly Operation[]): number {
  const globals = new Set(
    operations.filter(({ op }) => op.startsWith('global')).flatMap(({ id, store }) => [id, store]),
  );
  let parts: readonly ReadonlySet<string>[] = [];
  for (const operation of operations.filter(({ op }) => !op.startsWith('global'))) {
    const joints = new Set(jointsOf(operation).filter(joint => !globals.has(joint)));
    const connected = parts.filter(part => [...part].some(joint => joints.has(joint)));
    parts = [
      ...parts.filter(part => !connected.includes(part)),
      new Set([...joints, ...connected.flatMap(part => [...part])]),
    ];
  }
  return parts.length;
}

/** Names of what connects the operation with others. */
function jointsOf(operation: Operation): readonly string[] {
  const { op, id, from, with: other, of = [], branches = [], defaultBranch, store, stores = [], topic } = operation;
  const ids = [id, from, other, defaultBranch, ...of.map(group => group.from), ...branches.map(branch => branch.id)];
  const read = op === 'to' ? undefined : topic;
  return [...ids, store, ...stores, read].filter(joint => joint !== undefined);
}
