import {
  type BranchedKStream,
  type KGroupedStream,
  type KStream,
  StreamsBuilder,
  type Topology,
} from '../../streams/index.js';
import type { CaseCall, ConformanceCase, Operation } from './case-file.js';
import { asCaseValue } from './case-serde.js';
import { partitionerOf } from './functions/partitioners.js';
import { predicate } from './functions/predicates.js';
import { globalProcessor } from './functions/processors.js';
import { timestampExtractor } from './functions/timestamp-extractors.js';
import { topicName } from './functions/topic-names.js';
import { cogroupOf, ofCogroup } from './operations/cogroup-operations.js';
import { type Declared, globalTable, stream, table } from './operations/declared.js';
import { ofGroup, ofSessions, ofSliding } from './operations/group-operations.js';
import { joinOf } from './operations/join-operations.js';
import { idOf, namedStoreOf, serdesOf } from './operations/options.js';
import { stateStore } from './operations/state-store.js';
import { ofStream } from './operations/stream-operations.js';
import { ofTableGroup } from './operations/table-group-operations.js';
import { ofTable } from './operations/table-operations.js';

/**
 * Declares the topology of a case. The calls of its peek and foreach are added to `calls`. Throws NotBuilt if the DSL
 * does not have what it takes.
 */
export function topologyOfCase({ topology }: ConformanceCase, calls: CaseCall[]): Topology {
  const declarations = new Declarations(calls);
  for (const operation of topology) declarations.add(operation);
  return declarations.build();
}

class Declarations {
  readonly #builder = new StreamsBuilder();
  readonly #declared = new Map<string, Declared>();
  readonly #calls: CaseCall[];

  constructor(calls: CaseCall[]) {
    this.#calls = calls;
  }

  build(): Topology {
    return this.#builder.build();
  }

  add(operation: Operation): void {
    switch (operation.op) {
      case 'to':
        this.#addSink(operation);
        return;
      case 'split':
        this.#addBranches(operation);
        return;
      case 'globalStore':
        this.#addGlobalStore(operation);
        return;
      case 'store':
        this.#builder.addStateStore(stateStore(operation));
        return;
      default:
        this.#declared.set(idOf(operation), this.#declare(operation));
    }
  }

  #declare(operation: Operation): Declared {
    switch (operation.op) {
      case 'stream':
      case 'table':
        return this.#source(operation);
      case 'globalTable': {
        const { topic = '' } = operation;
        return globalTable(
          this.#builder.globalTable<unknown, unknown>(topic, { ...serdesOf(operation), ...namedStoreOf(operation) }),
        );
      }
      case 'cogroup':
        return cogroupOf(operation, id => this.#group(id));
    }
    const from = this.#lookUp(operation.from);
    if (operation.with !== undefined && operation.op !== 'merge') {
      return joinOf(from, this.#lookUp(operation.with), operation);
    }
    switch (from.kind) {
      case 'stream':
        return ofStream(
          from.stream,
          operation,
          () => this.#stream(operation.with),
          (id, key, value) => this.#calls.push([id, asCaseValue(key), asCaseValue(value)]),
        );
      case 'table':
        return ofTable(from, operation);
      case 'globalTable':
        throw new Error('a global table has no operations');
      case 'cogroup':
      case 'windowedCogroup':
      case 'sessionCogroup':
        return ofCogroup(from, operation);
      case 'sliding':
        return ofSliding(from.sliding, operation);
      case 'sessions':
        return ofSessions(from.sessions, operation);
      case 'tableGroup':
        return ofTableGroup(from.group, operation);
      case 'group':
      case 'windowed':
        return ofGroup(from, operation);
    }
  }

  #source(operation: Operation): Declared {
    const { topic, topics = [], pattern } = operation;
    const consumed = { ...serdesOf(operation), timestampExtractor: timestampExtractor(operation.timestampExtractor) };
    if (operation.op === 'stream') {
      const read = pattern === undefined ? (topic ?? topics) : new RegExp(pattern);
      return stream(this.#builder.stream<unknown, unknown>(read, consumed));
    }
    if (topic === undefined) throw new Error('a table without a topic');
    return table(this.#builder.table<unknown, unknown>(topic, { ...consumed, ...namedStoreOf(operation) }));
  }

  #addSink(operation: Operation): void {
    const { topic, topicFn, partitions } = operation;
    const options = { ...serdesOf(operation), ...partitionerOf(partitions) };
    this.#stream(operation.from).to(topic ?? topicName(topicFn), options);
  }

  #addGlobalStore(operation: Operation): void {
    const serdes = serdesOf(operation);
    const store = stateStore(operation);
    this.#builder.addGlobalStore(store, operation.topic ?? '', serdes, globalProcessor(operation.fn));
  }

  #addBranches({ from, branches = [], defaultBranch }: Operation): void {
    let branched: BranchedKStream<unknown, unknown, string> = this.#stream(from).split();
    for (const { id, pred } of branches) branched = branched.branch(id, predicate(pred));
    const streams = defaultBranch === undefined ? branched.noDefaultBranch() : branched.defaultBranch(defaultBranch);
    for (const [id, branch] of Object.entries(streams)) this.#declared.set(id, stream(branch));
  }

  #stream(id: string | undefined): KStream<unknown, unknown> {
    const declared = this.#lookUp(id);
    if (declared.kind !== 'stream') throw new Error(`${id} is not a stream`);
    return declared.stream;
  }

  #group(id: string): KGroupedStream<unknown, unknown> {
    const declared = this.#lookUp(id);
    if (declared.kind !== 'group') throw new Error(`${id} is not a group`);
    return declared.group;
  }

  #lookUp(id: string | undefined): Declared {
    const declared = this.#declared.get(id ?? '');
    if (declared === undefined) throw new Error(`${id} is not declared`);
    return declared;
  }
}
