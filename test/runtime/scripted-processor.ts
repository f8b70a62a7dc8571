import { KeyValueKind, type TimestampedKeyValueStore } from '../../stores/kinds/key-value.js';
import type { GraphNode, PlacedNode } from '../../streams/dsl/graph/node.js';
import { Topology } from '../../streams/dsl/graph/topology.js';
import type { Cancellable, PunctuationType, Punctuator } from '../../streams/dsl/processor/punctuation.js';
import type { StoreSpec } from '../../streams/dsl/processor/store-spec.js';
import { type KStream, Serdes, StreamsBuilder } from '../../streams/index.js';
import { type Headers, NO_HEADERS } from '../../streams/kafka/record.js';
import type { NodeInput } from '../../streams/runtime/errors.js';
import { Processor } from '../../streams/runtime/processors/processor.js';
import type { Site } from '../../streams/runtime/processors/site.js';
import type { TaskContext } from '../../streams/runtime/processors/task-context.js';

/** What a script may do with its processor. */
export interface Hands {
  readonly partition: number;
  readonly rows: TimestampedKeyValueStore<string, number>;
  forward(key: unknown, value: unknown, timestamp: number): void;
  schedule(intervalMs: number, type: PunctuationType, punctuator: Punctuator): Cancellable;
  wait<T>(start: () => Promise<T>, resume: (result: T) => void): void;
}

/** What the processor of each task does. */
export interface Script {
  /** What its node declares. Default: false, as if a later version of the topology had added the steps that wait. */
  readonly mayWait?: boolean;
  init?(hands: Hands): void;
  process(hands: Hands, key: unknown, value: unknown, timestamp: number): void;
  beforeCommit?(hands: Hands): void;
}

class ScriptedProcessor extends Processor {
  readonly #script: Script;
  readonly #hands: Hands;
  #input: NodeInput | null = null;

  constructor(name: string, script: Script, rows: TimestampedKeyValueStore<string, number>, context: TaskContext) {
    super(name, context);
    this.#script = script;
    this.#hands = {
      partition: context.partition,
      rows,
      forward: (key, value, timestamp) => this.processorNode.forward(key, value, timestamp, NO_HEADERS),
      schedule: (intervalMs, type, punctuator) => this.schedule(intervalMs, type, punctuator),
      wait: (start, resume) => this.wait(this.#input, start, resume),
    };
  }

  override async init(): Promise<void> {
    this.#script.init?.(this.#hands);
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    this.#input = { key, value, timestamp, headers };
    this.#script.process(this.#hands, key, value, timestamp);
  }

  override beforeCommit(): void {
    this.#script.beforeCommit?.(this.#hands);
  }
}

/** The topology, with a processor in the place of each `peek` that has the name of a script. It has a store. */
export function scripted(topology: Topology, scripts: Readonly<Record<string, Script>>): Topology {
  const replaced = new Map<GraphNode, GraphNode>();
  for (const node of topology.nodes) {
    const parents = node.parents.map(parent => replaced.get(parent) ?? parent);
    const script = scripts[node.name];
    replaced.set(node, script === undefined ? { ...node, parents } : processNode({ ...node, parents }, script));
  }
  return new Topology([...replaced.values()]);
}

function processNode({ id, name, parents }: GraphNode, script: Script): PlacedNode {
  const store: StoreSpec<KeyValueKind> = {
    name: `${name}-rows`,
    kind: new KeyValueKind(),
    keySerde: Serdes.string(),
    valueSerde: Serdes.json(),
    logged: true,
    inMemory: false,
    cached: false,
  };
  const place = (site: Site): void => {
    const rows = store.kind.open<string, number>(site.bytesOf(store), Serdes.string(), Serdes.json<number>());
    site.place(new ScriptedProcessor(name, script, rows, site.context));
  };
  return { kind: 'placed', id, name, parents, stores: [store], mayWait: script.mayWait === true, place };
}

/** `in`, the script, what `declare` adds (by default nothing), `out`. */
export function withScript(
  script: Script,
  declare: (stream: KStream<string | null, unknown>) => KStream<string | null, unknown> = stream => stream,
): Topology {
  const builder = new StreamsBuilder();
  declare(builder.stream('in').peek(() => {}, { name: 'script' })).to('out');
  return scripted(builder.build(), { script });
}
