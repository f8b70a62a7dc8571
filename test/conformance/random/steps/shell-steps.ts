import type { Draft, Fields, ShellKind } from '../draft.js';
import { type StreamNode, sourceStream } from '../nodes.js';
import { streamSource, topicOf } from '../sources.js';
import { processor } from './processor-steps.js';

const SHELLS: Readonly<Record<ShellKind, string>> = {
  keyValue: 'kvShell',
  lru: 'kvShell',
  window: 'windowShell',
  windowDuplicates: 'windowShell',
  session: 'sessionShell',
  versioned: 'versionedShell',
};

/** Retention that is far longer than the times of commands. */
const RETENTION = 100_000;

/** Adds a store, a stream of commands for it, and the processor that runs them. */
export function shell(draft: Draft): StreamNode {
  const { random } = draft;
  const kind = random.weighted<ShellKind>([
    ['keyValue', 4],
    ['lru', 2],
    ['window', 4],
    ['windowDuplicates', 1],
    ['session', 4],
    ['versioned', 3],
  ]);
  const store = draft.name('s');
  draft.declareWithoutId('store', { store, ...storeFields(draft, kind) });
  const topic = draft.name('in');
  const strings = { key: 'string', value: 'string' } as const;
  draft.addTopic({
    ...topicOf(draft, 'shell', [topic], strings, { nullKeys: 0, nullValues: 0 }),
    shell: kind,
    weight: 6,
  });
  const id = draft.declare('stream', { topic });
  const commands = draft.add(sourceStream(id, 'string', 'string', new Set([topic]), { onePerInput: true }));
  const answers = processor(draft, commands, [SHELLS[kind], store], [store]);
  if (kind === 'keyValue' || kind === 'lru') {
    draft.addStore({ name: store, key: 'string', value: 'string', of: 'processor', kind });
    if (random.chance(0.5)) addOtherUser(draft, store, kind);
  }
  return answers;
}

/** Another processor that has the store too. */
function addOtherUser(draft: Draft, store: string, kind: 'keyValue' | 'lru'): void {
  const { random } = draft;
  const other = streamSource(draft, { key: 'string', value: 'string' });
  // Punctuators list the store; that of an LRU store has no order.
  const listing = kind === 'keyValue' ? ['punctuateStream', 'punctuateStreamClear'] : [];
  const name = random.pick(['dedup', 'lookup', ...listing]);
  const ms = name.startsWith('punctuate') ? [random.pick([10, 20])] : [];
  processor(draft, other, [name, store, ...ms], [store], { onePerInput: false });
}

function storeFields({ random }: Draft, kind: ShellKind): Fields {
  switch (kind) {
    case 'keyValue':
      return { kind };
    case 'lru':
      return { kind, max: random.pick([1, 2, 3]) };
    case 'window':
    case 'windowDuplicates':
      return {
        kind: 'window',
        retention: RETENTION,
        size: random.pick([10, 10, 5]),
        duplicates: kind === 'windowDuplicates' ? true : undefined,
      };
    case 'session':
    case 'versioned':
      return { kind, retention: RETENTION };
  }
}
