import type { CaseConfig, FunctionSpec, Json, Operation } from '../case-file.js';
import type { GlobalTableNode, Node } from './nodes.js';
import { NotPossible } from './not-possible.js';
import type { Traits } from './profiles.js';
import type { Random } from './random.js';
import type { KeyShape, Scalar, ValueShape } from './shapes.js';

/** A topic of the input, or several that one source reads. */
export interface InputTopic {
  readonly kind: 'stream' | 'table' | 'globalTable' | 'globalStore' | 'shell';
  readonly names: readonly string[];
  /** They are found by a pattern. */
  readonly byPattern: boolean;
  readonly key: Scalar;
  readonly value: ValueShape;
  readonly weight: number;
  readonly nullKeys: number;
  readonly nullValues: number;
  readonly extractor?: FunctionSpec;
  /** The store that its commands are for. */
  readonly shell?: ShellKind;
  /** How often it has the value that functions refuse. */
  readonly refusedValues?: number;
  /** The operation that reads it. Another one may read the same topic. */
  readonly source?: Fields;
}

export type ShellKind = 'keyValue' | 'lru' | 'window' | 'windowDuplicates' | 'session' | 'versioned';

/** A store that processors may read. */
export interface KnownStore {
  readonly name: string;
  readonly key: KeyShape;
  readonly value: ValueShape;
  readonly of: 'table' | 'global' | 'processor';
  readonly kind?: 'keyValue' | 'lru';
}

/** What the topology demands of its input. */
export interface Demands {
  /** No two records have the same time. */
  readonly distinctTimes: boolean;
  readonly lowestTime: number;
  readonly wallClock: boolean;
  /** Values that functions refuse. */
  readonly refusedValues: boolean;
  /** Bytes that cannot be deserialized. */
  readonly brokenBytes: boolean;
}

/** Fields of an operation. Those that are undefined are left out. */
export type Fields = { readonly [Field in keyof Operation]?: Operation[Field] | undefined };

interface State {
  readonly operations: readonly Operation[];
  readonly nodes: readonly Node[];
  readonly globalTables: readonly GlobalTableNode[];
  readonly topics: readonly InputTopic[];
  readonly stores: readonly KnownStore[];
  /** The roots of each internal topic. */
  readonly internalTopics: readonly ReadonlySet<string>[];
  readonly ties: boolean;
  readonly config: CaseConfig;
  readonly demands: Demands;
  /** How many names there are with a prefix. */
  readonly names: { readonly [prefix: string]: number };
}

/** A case that is being made: what is declared so far. */
export class Draft {
  readonly random: Random;
  readonly traits: Traits;
  readonly unicode: boolean;
  readonly headers: boolean;
  #internalTopicsAllowed = true;
  #state: State;

  constructor(random: Random, traits: Traits) {
    this.random = random;
    this.traits = traits;
    this.unicode = random.chance(traits.unicode);
    this.headers = random.chance(traits.headers);
    this.#state = {
      operations: [],
      nodes: [],
      globalTables: [],
      topics: [],
      stores: [],
      internalTopics: [],
      ties: false,
      config: { cacheBytes: 0 },
      demands: {
        distinctTimes: random.chance(0.8),
        lowestTime: 0,
        wallClock: false,
        refusedValues: false,
        brokenBytes: false,
      },
      names: {},
    };
  }

  get operations(): readonly Operation[] {
    return this.#state.operations;
  }

  /** The streams and tables, in order of declaration. */
  get nodes(): readonly Node[] {
    return this.#state.nodes;
  }

  get globalTables(): readonly GlobalTableNode[] {
    return this.#state.globalTables;
  }

  get topics(): readonly InputTopic[] {
    return this.#state.topics;
  }

  get stores(): readonly KnownStore[] {
    return this.#state.stores;
  }

  get config(): CaseConfig {
    return this.#state.config;
  }

  get demands(): Demands {
    return this.#state.demands;
  }

  /** Internal topics may have records of equal times. Which is read first is then arbitrary in Java. */
  get ties(): boolean {
    return this.#state.ties;
  }

  get internalTopicsAllowed(): boolean {
    return this.#internalTopicsAllowed;
  }

  /** Takes the step. Undoes it and returns undefined if it is not possible. Random numbers are not drawn again. */
  attempt<T>(step: () => T): T | undefined {
    const before = this.#state;
    try {
      return step();
    } catch (error) {
      if (!(error instanceof NotPossible)) throw error;
      this.#state = before;
      return undefined;
    }
  }

  /** A name that no other has: the prefix and a number. */
  name(prefix: string): string {
    const count = (this.#state.names[prefix] ?? 0) + 1;
    this.#change({ names: { ...this.#state.names, [prefix]: count } });
    return `${prefix}${count}`;
  }

  nameWithChance(prefix: string, probability: number): string | undefined {
    return this.random.chance(probability) ? this.name(prefix) : undefined;
  }

  storeWithChance(probability: number): string | undefined {
    return this.nameWithChance('s', probability);
  }

  /** Adds an operation and returns its id. */
  declare(op: string, fields: Fields): string {
    const id = this.name('n');
    this.declareWithoutId(op, { id, ...fields });
    return id;
  }

  /** Adds an operation that has no id: a sink, a store. */
  declareWithoutId(op: string, fields: Fields): void {
    const given = Object.entries({ op, ...fields }).filter(([, value]) => value !== undefined);
    // What is left has no undefined field.
    const operation = Object.fromEntries(given) as unknown as Operation;
    this.#change({ operations: [...this.operations, operation] });
  }

  /** Adds a stream or a table that operations may follow. */
  add<N extends Node>(node: N): N {
    this.#change({ nodes: [...this.nodes, node] });
    return node;
  }

  addGlobalTable(table: GlobalTableNode): GlobalTableNode {
    this.#change({ globalTables: [...this.globalTables, table] });
    return table;
  }

  addTopic(topic: InputTopic): void {
    this.#change({ topics: [...this.topics, topic] });
  }

  addStore(store: KnownStore): void {
    this.#change({ stores: [...this.stores, store] });
  }

  configure(config: Partial<CaseConfig>): void {
    this.#change({ config: { ...this.config, ...config } });
  }

  demand(demands: Partial<Demands>): void {
    this.#change({ demands: { ...this.demands, ...demands } });
  }

  /** From here on a step that needs an internal topic is not possible. */
  forbidInternalTopics(): void {
    this.#internalTopicsAllowed = false;
  }

  /**
   * Adds an internal topic that has records of these roots. Two of them with records of one input have equal times at
   * their heads. Java then reads first what its hash table has first. Few cases may have that.
   */
  addInternalTopic(roots: ReadonlySet<string>): void {
    if (!this.#internalTopicsAllowed) throw new NotPossible();
    const ties = this.#state.internalTopics.some(other => [...other].some(root => roots.has(root)));
    if (ties && !this.random.chance(0.12)) throw new NotPossible();
    this.#change({
      internalTopics: [...this.#state.internalTopics, roots],
      ties: this.ties || ties,
    });
  }

  /** Whether some operation reads the node. */
  isUsed({ id }: Node): boolean {
    return this.operations.some(
      operation =>
        operation.from === id || operation.with === id || operation.of?.some(({ from }) => from === id) === true,
    );
  }

  #change(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
  }
}

/** The value that functions refuse, as the input has it. */
export const REFUSED: Readonly<Record<Scalar, Json>> = { string: 'bad', long: 13 };
