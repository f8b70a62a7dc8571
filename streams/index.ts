/**
 * Tributary: the DSL that declares a topology, in the names of Java Kafka Streams, and `KafkaStreams`, which runs it.
 * The package has more entries: `tributary/testing`, `/kafka`, `/http`, `/metrics`, `/audit` and `/pipe`.
 */

export { BranchedKStream } from './dsl/api/branched-k-stream.js';
export {
  type CogroupAggregator,
  CogroupedKStream,
  SessionWindowedCogroupedKStream,
  TimeWindowedCogroupedKStream,
} from './dsl/api/cogrouped-k-stream.js';
export { GlobalKTable } from './dsl/api/global-k-table.js';
export { type Aggregation, KGroupedStream } from './dsl/api/k-grouped-stream.js';
export { KGroupedTable, type TableAggregation } from './dsl/api/k-grouped-table.js';
export { KStream } from './dsl/api/k-stream.js';
export { KTable } from './dsl/api/k-table.js';
export { type SessionAggregation, SessionWindowedKStream } from './dsl/api/session-windowed-k-stream.js';
export { SlidingWindowedKStream } from './dsl/api/sliding-windowed-k-stream.js';
export { StreamsBuilder } from './dsl/api/streams-builder.js';
export { TimeWindowedKStream } from './dsl/api/time-windowed-k-stream.js';
export { TopologyError } from './dsl/graph/graph.js';
export type { EmitStrategy } from './dsl/graph/node.js';
export { Topology } from './dsl/graph/topology.js';
export type { AsyncOptions } from './dsl/options/async-options.js';
export type { KeyValue } from './dsl/options/key-value.js';
export type { Operators } from './dsl/options/operators.js';
export type {
  Consumed,
  GlobalConsumed,
  Grouped,
  Joined,
  Materialized,
  Named,
  OptionallyMaterialized,
  Produced,
  Repartitioned,
  StreamConsumed,
  StreamJoined,
  WindowMaterialized,
} from './dsl/options/options.js';
export type { Scored } from './dsl/options/scored.js';
export type { StreamPartitioner } from './dsl/options/stream-partitioner.js';
export { Suppressed } from './dsl/options/suppressed.js';
export { recordTimestamp, type TimestampExtractor } from './dsl/options/timestamp-extractor.js';
export type { AsyncCall, AsyncResult, AsyncResults } from './dsl/processor/async-call.js';
export type {
  GlobalProcessor,
  GlobalProcessorContext,
  GlobalProcessorSupplier,
} from './dsl/processor/global-processor.js';
export type {
  FixedKeyProcessor,
  FixedKeyProcessorContext,
  FixedKeyProcessorSupplier,
  ProcessingContext,
  Processor,
  ProcessorContext,
  ProcessorOptions,
  ProcessorSupplier,
  RecordMetadata,
  ScheduleOptions,
} from './dsl/processor/processor.js';
export { type FixedKeyRecord, type ForwardedRecord, ProcessorRecord } from './dsl/processor/processor-record.js';
export type { Cancellable, PunctuationType, Punctuator } from './dsl/processor/punctuation.js';
export type {
  KeyValueStore,
  SessionStore,
  StateStore,
  StoreIterator,
  TimestampedKeyValueStore,
  TimestampedKeyValueStoreWithHeaders,
  TimestampedWindowStore,
  ValueTimestampHeaders,
  VersionedKeyValueStore,
  VersionedPut,
  WindowStore,
} from './dsl/processor/state-stores.js';
export type { StoreBuilder } from './dsl/processor/store-builder.js';
export {
  type LruStoreOptions,
  type SessionStoreOptions,
  type StateStoreOptions,
  Stores,
  type VersionedStoreOptions,
  type WindowStoreOptions,
} from './dsl/processor/stores.js';
export type {
  ValueTransformer,
  ValueTransformerContext,
  ValueTransformerSupplier,
} from './dsl/processor/value-transformer.js';
export { type Serde, Serdes } from './dsl/serde/serdes.js';
export { SchemaError, type SchemaIssue, type SchemaResult, type StandardSchema } from './dsl/serde/standard-schema.js';
export { JoinWindows, type JoinWindowsOptions } from './dsl/windows/join-windows.js';
export { SessionWindows, type SessionWindowsOptions } from './dsl/windows/session-windows.js';
export { SlidingWindows, type SlidingWindowsOptions } from './dsl/windows/sliding-windows.js';
export { UnlimitedWindows, type UnlimitedWindowsOptions } from './dsl/windows/unlimited-windows.js';
export {
  TimeWindows,
  type TimeWindowsOptions,
  type Window,
  type Windowed,
  type Windows,
} from './dsl/windows/windows.js';
export type { ClusterConfig } from './kafka/client-config.js';
export { ConfigError } from './kafka/config-error.js';
export { type Duration, milliseconds, parseDuration } from './kafka/duration.js';
export type { GroupProtocol } from './kafka/group-protocol.js';
export type { Logger } from './kafka/logger.js';
export type { Ports } from './kafka/ports.js';
export { rdKafkaPorts } from './kafka/rdkafka-ports.js';
export type { ConsumerRecord, Header, Headers } from './kafka/record.js';
export { planReset, type ResetPlan, resetApplication } from './runtime/application-reset.js';
export {
  type ErrorContext,
  type ErrorHandler,
  type ErrorResponse,
  failOnError,
  type NodeInput,
  resumeOnError,
  StreamsError,
} from './runtime/errors.js';
export { type InvalidStateStoreCode, InvalidStateStoreError } from './runtime/invalid-state-store-error.js';
export { KafkaStreams, type KafkaStreamsDependencies } from './runtime/kafka-streams.js';
export { MovedStoreError } from './runtime/plan/sub-topology-ids.js';
export type { AskedKeys, InteractiveQueries } from './runtime/queries/interactive-queries.js';
export type { StoreOptions } from './runtime/queries/open-store.js';
export type {
  ReadOnlyKeyValueStore,
  ReadOnlySessionStore,
  ReadOnlyStore,
  ReadOnlyStores,
  ReadOnlyVersionedKeyValueStore,
  ReadOnlyWindowStore,
  StoreEntries,
  VersionEntry,
  WindowedEntries,
} from './runtime/queries/read-only-stores.js';
export type { StoreDescription, StoreOwner, StoreReplicas } from './runtime/queries/store-description.js';
export type { PageOptions, StoreEntry, StorePage } from './runtime/queries/store-entry.js';
export type { RestoreProgress } from './runtime/restore/changelog-reader.js';
export { ChangedStoreError } from './runtime/state/store-shapes.js';
export type {
  GlobalStoreStatus,
  NodeCounts,
  ProcessStatus,
  StandbyStatus,
  StandbyStoreStatus,
  StoreRestore,
  StoreStatus,
  TaskStatus,
} from './runtime/status/process-status.js';
export { noMetrics, type StreamsMetrics } from './runtime/status/streams-metrics.js';
export type { StreamsState } from './runtime/status/streams-state.js';
export { runStreamProcesses, type StreamProcessesOptions } from './runtime/stream-processes.js';
export {
  MOST_COMMIT_INTERVAL_MS,
  type ProcessingGuarantee,
  type StreamsConfig,
  type StreamsOptions,
} from './runtime/streams-config.js';
