import type { KeyValueKind } from '../../../../stores/kinds/key-value.js';
import type { KeyValueWithHeadersKind } from '../../../../stores/kinds/key-value-with-headers.js';
import type { PlainKeyValueKind } from '../../../../stores/kinds/plain-key-value.js';
import type { ConsumerRecord, Headers } from '../../../kafka/record.js';
import type { AnyPartitioner } from '../../options/stream-partitioner.js';
import type { GlobalProcessorSupplier } from '../../processor/global-processor.js';
import type { StoreSpec } from '../../processor/store-spec.js';
import type { Serde } from '../../serde/serdes.js';
import type { TopicPattern } from '../topic-pattern.js';
import type { NodeBase } from './node-base.js';

export interface SourceNode extends NodeBase {
  readonly kind: 'source';
  /** Their names, or the pattern that their names match. */
  readonly topics: readonly string[] | TopicPattern;
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  timestampExtractor(record: ConsumerRecord, value: unknown, partitionTime: number): number;
}

/** Moves records to the partition of their key. A record that is not there already goes through an internal topic. */
export interface RepartitionNode extends NodeBase {
  readonly kind: 'repartition';
  /** The topic is `<application.id>-<repartition>-repartition`. */
  readonly repartition: string;
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  /** Absent: the number of the other inputs that it meets. If there are none, the number of tasks before it. */
  readonly partitions: number | undefined;
  /**
   * True: records with a null key stay in their task. False: they are dropped. `ifJoined`: to be decided by the nodes
   * after it. A topology has it decided.
   */
  readonly keepsNullKeys: boolean | 'ifJoined';
  /** undefined: a record goes to the partition of its key. */
  readonly partitioner: AnyPartitioner | undefined;
}

export interface SinkNode extends NodeBase {
  readonly kind: 'sink';
  readonly topic: string | TopicNameExtractor;
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  /** undefined: the producer chooses the partition by the key. */
  readonly partitioner: AnyPartitioner | undefined;
}

/** The topic for a record (Java: `TopicNameExtractor`). */
export type TopicNameExtractor = {
  bivarianceHack(key: unknown, value: unknown, headers: Headers): string;
}['bivarianceHack'];

/** What fills a global store. */
export interface FilledBy {
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  readonly supplier: GlobalProcessorSupplier<unknown, unknown>;
}

/**
 * A store that each process has whole, filled from all partitions of a topic (Java: `TopologyDescription.GlobalStore`).
 * It is not a node of the graph: no task reads its topic, and its source topic is its changelog.
 */
export interface GlobalStoreNode {
  /** Name of the source. */
  readonly source: string;
  /** Name of the processor that fills the store. */
  readonly processor: string;
  readonly topic: string;
  /** It has the serdes of the topic, unless a processor fills it. */
  readonly store: StoreSpec<KeyValueKind | PlainKeyValueKind | KeyValueWithHeadersKind>;
  /** undefined: a global table, which keeps the newest value of each key. */
  readonly filled: FilledBy | undefined;
}
