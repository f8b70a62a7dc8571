import type { Draft } from '../draft.js';
import type { Node } from '../nodes.js';
import { isScalar, serdes } from '../shapes.js';
import { partitioner } from './stream-steps.js';
import { toStream } from './table-steps.js';

/** Writes every stream and table that nothing reads, and some others. */
export function addSinks(draft: Draft): void {
  for (const node of draft.nodes) if (!draft.isUsed(node) || draft.random.chance(0.12)) addSink(draft, node);
}

function addSink(draft: Draft, node: Node): void {
  const { random, traits } = draft;
  const from = node.kind === 'table' ? toStream(draft, node) : node;
  const { id, key, value, unchanged } = from;
  // The names of topics are ASCII, and only the runner's first sink of this kind is found by its topics.
  const mayName = unchanged && isScalar(key) && !draft.unicode && !draft.demands.refusedValues;
  const named = draft.operations.some(({ topicFn }) => topicFn !== undefined);
  if (mayName && !named && random.chance(traits.topicByRecord)) {
    const byKey = value !== 'string' || random.chance(0.5);
    draft.declareWithoutId('to', { from: id, topicFn: [byKey ? 'byKey' : 'byValue', 'dyn-'], ...serdes(key, value) });
    return;
  }
  draft.declareWithoutId('to', {
    from: id,
    raw: random.chance(0.04) ? true : undefined,
    topic: draft.name('out'),
    ...serdes(key, value),
    partitions: partitioner(draft, from, traits.partitioner / 2),
  });
}
