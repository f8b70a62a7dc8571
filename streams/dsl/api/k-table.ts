import { SuppressionKind } from '../../../stores/kinds/suppression.js';
import { type KnownSerdes, serdesOr } from '../declare/repartition.js';
import { checkThatTheyClose, onlyStore, storeSpec } from '../declare/store-spec.js';
import { type Graph, TopologyError } from '../graph/graph.js';
import type { GraphNode, SuppressUntil } from '../graph/node.js';
import type { Named } from '../options/options.js';
import type { Suppressed } from '../options/suppressed.js';
import type { FunctionsMustBeSynchronous, IfPromise } from '../options/synchronous.js';
import type { Windows } from '../windows/windows.js';
import { KStream } from './k-stream.js';

/**
 * A table: the latest value of each key, and the stream of its updates (Java: `KTable`). An update with a null value is
 * a tombstone: it deletes the row. Functions must be synchronous. If one throws, the update goes to the processing
 * exception handler.
 */
export class KTable<K, V> {
  readonly #graph: Graph;
  readonly #node: GraphNode;
  readonly #serdes: KnownSerdes<K, V>;
  readonly #windows: Windows | undefined;

  /** @internal */
  constructor(graph: Graph, node: GraphNode, serdes: KnownSerdes<K, V>, windows?: Windows) {
    this.#graph = graph;
    this.#node = node;
    this.#serdes = serdes;
    this.#windows = windows;
  }

  /**
   * Keeps the rows for which `predicate` returns true. A row for which it returns false is deleted. The function is not
   * called for tombstones.
   */
  filter(predicate: (key: K, value: V) => boolean, named: Named = {}): KTable<K, V> {
    return this.#filter(predicate, false, named);
  }

  /**
   * Keeps the rows for which `predicate` returns false. A row for which it returns true is deleted. The function is not
   * called for tombstones.
   */
  filterNot(predicate: (key: K, value: V) => boolean, named: Named = {}): KTable<K, V> {
    return this.#filter(predicate, true, named);
  }

  /**
   * Replaces the value of each row. The function is not called for tombstones, which are passed on. It may also be
   * called for the old value of an update, so it must return the same result for the same row.
   */
  mapValues<P extends PromiseLike<unknown>>(
    mapper: (value: V, key: K) => P,
    ...named: IfPromise<P, [named?: Named]>
  ): FunctionsMustBeSynchronous;
  mapValues<VR>(mapper: (value: V, key: K) => VR, named?: Named): KTable<K, VR>;
  mapValues<VR>(mapper: (value: V, key: K) => VR, named: Named = {}): KTable<K, VR> | FunctionsMustBeSynchronous {
    const parents = [this.#node];
    const node = this.#graph.add('KTABLE-MAPVALUES', named.name, {
      kind: 'tableMapValues',
      parents,
      oldValues: 'passed',
      mapper,
    });
    const { keySerde } = this.#serdes;
    return new KTable<K, VR>(this.#graph, node, keySerde === undefined ? {} : { keySerde }, this.#windows);
  }

  /**
   * Sends the updates as records of a stream, with new keys. A null value is a tombstone; `keyMapper` gets it too. A
   * later grouping may move records to another partition.
   */
  toStream<KR>(keyMapper: (key: K, value: V | null) => KR, named?: Named): KStream<KR, V | null>;
  /** Sends the updates as records of a stream. A null value is a tombstone. */
  toStream(named?: Named): KStream<K, V | null>;
  toStream<KR>(
    first?: Named | ((key: K, value: V | null) => KR),
    second?: Named,
  ): KStream<K, V | null> | KStream<KR, V | null> {
    const [keyMapper, named] = first instanceof Function ? [first, second ?? {}] : [undefined, first ?? {}];
    const parents = [this.#node];
    const node = this.#graph.add('KTABLE-TOSTREAM', named.name, {
      kind: 'toStream',
      parents,
      oldValues: 'unused',
      keyMapper,
    });
    if (keyMapper === undefined) {
      return new KStream<K, V | null>(this.#graph, node, this.#serdes as KnownSerdes<K, V | null>, false);
    }
    return new KStream<KR, V | null>(this.#graph, node, {}, true);
  }

  /**
   * Holds back updates until `suppressed` lets them pass (KIP-328). The store `name` keeps the buffer. Throws a
   * TopologyError for `untilWindowCloses` on a table without windows, or on windows that never close.
   */
  suppress(suppressed: Suppressed, options: { readonly name: string }): KTable<K, V> {
    const kind = new SuppressionKind(suppressed.kind === 'untilTimeLimit' ? 'timeLimit' : 'windowCloses');
    const store = storeSpec(this.#graph, { as: options.name }, serdesOr<K, V>({}, this.#serdes), kind);
    const node = this.#graph.add('KTABLE-SUPPRESS', options.name, {
      kind: 'suppress',
      parents: [this.#node],
      oldValues: 'passed',
      ...onlyStore(store),
      until: this.#until(suppressed),
    });
    return new KTable<K, V>(this.#graph, node, this.#serdes, this.#windows);
  }

  #until(suppressed: Suppressed): SuppressUntil {
    const { maxRecords } = suppressed;
    if (suppressed.kind === 'untilTimeLimit') return { kind: 'timeLimit', ms: suppressed.ms, maxRecords };
    if (this.#windows === undefined) {
      throw new TopologyError('suppress untilWindowCloses: the table has no windows');
    }
    checkThatTheyClose(this.#windows, 'suppress untilWindowCloses');
    const { graceMs, closeOnIdle } = this.#windows;
    return { kind: 'windowCloses', graceMs, closeOnIdle, maxRecords };
  }

  #filter(predicate: (key: K, value: V) => boolean, negated: boolean, named: Named): KTable<K, V> {
    const parents = [this.#node];
    const node = this.#graph.add('KTABLE-FILTER', named.name, {
      kind: 'tableFilter',
      parents,
      oldValues: 'used',
      negated,
      predicate,
    });
    return new KTable<K, V>(this.#graph, node, this.#serdes, this.#windows);
  }
}
