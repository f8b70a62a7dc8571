/** A value as it stands in a case file. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** The name of a function of the cases' vocabulary, with its arguments if it has some. */
export type FunctionSpec = string | readonly [string, ...Json[]];

export type SerdeSpec =
  | 'string'
  | 'long'
  | 'double'
  | 'json'
  | { readonly timeWindowed: SerdeSpec; readonly size: number | null }
  | { readonly sessionWindowed: SerdeSpec };

export type WindowsSpec =
  | { readonly type: 'tumbling'; readonly size: number; readonly grace: number }
  | { readonly type: 'hopping'; readonly size: number; readonly advance: number; readonly grace: number }
  | { readonly type: 'unlimited'; readonly start: number }
  | { readonly type: 'sliding'; readonly diff: number; readonly grace: number }
  | { readonly type: 'session'; readonly gap: number; readonly grace: number }
  | { readonly type?: undefined; readonly before: number; readonly after: number; readonly grace: number };

/** One operation of a topology; which fields it has depends on `op`. Serdes that are absent are `string`. */
export interface Operation {
  readonly op: string;
  readonly id?: string;
  readonly from?: string;
  readonly topic?: string;
  readonly topics?: readonly string[];
  /** In their place: a regular expression for whole names. */
  readonly pattern?: string;
  readonly topicFn?: FunctionSpec;
  readonly raw?: boolean;
  readonly keySerde?: SerdeSpec;
  readonly valueSerde?: SerdeSpec;
  readonly timestampExtractor?: FunctionSpec;
  readonly store?: string;
  readonly retention?: number;
  readonly versioned?: number;
  readonly name?: string;
  readonly pred?: FunctionSpec;
  readonly key?: FunctionSpec;
  readonly value?: FunctionSpec;
  readonly fn?: FunctionSpec;
  readonly sub?: FunctionSpec;
  readonly init?: Json;
  /** Merges the aggregates of sessions. */
  readonly merge?: FunctionSpec;
  /** The groups of a cogroup. */
  readonly of?: readonly { readonly from: string; readonly fn: FunctionSpec }[];
  readonly with?: string;
  readonly joiner?: FunctionSpec;
  readonly foreignKey?: FunctionSpec;
  readonly grace?: number;
  readonly otherSerde?: SerdeSpec;
  readonly branches?: readonly { readonly id: string; readonly pred: FunctionSpec }[];
  readonly defaultBranch?: string;
  readonly windows?: WindowsSpec;
  readonly emit?: 'onWindowClose' | 'onWindowUpdate';
  readonly until?: 'windowCloses' | 'timeLimit';
  readonly ms?: number;
  readonly maxRecords?: number;
  readonly whenFull?: 'shutDown' | 'emitEarly';
  /** The stores of a processor. */
  readonly stores?: readonly string[];
  /** What is in a declared store. */
  readonly kind?: string;
  readonly size?: number;
  readonly duplicates?: boolean;
  readonly max?: number;
  /** Which partitions of the topic of a sink or a repartition get the record. */
  readonly partitions?: FunctionSpec;
}

export interface CaseRecord {
  readonly topic: string;
  readonly key?: Json;
  readonly value?: Json;
  readonly keyHex?: string | null;
  readonly valueHex?: string | null;
  readonly ts: number;
  readonly headers?: readonly (readonly [string, string])[];
}

/** A call of peek or foreach: the operation, the key, the value. */
export type CaseCall = readonly [string, Json, Json];

export type CaseInput = CaseRecord | { readonly advanceWallClock: number };

export interface CaseConfig {
  readonly cacheBytes: number;
  readonly wallClock?: number;
  readonly onDeserializationError?: 'continue';
  readonly onProcessingError?: 'continue';
  readonly onGlobalProcessingError?: 'continue';
  readonly emitIntervalMs?: number;
  readonly deadLetterTopic?: string;
}

/** A topology as data, timestamped input, and what Java Kafka Streams made of it. */
export interface ConformanceCase {
  readonly name: string;
  readonly about: string;
  /** `topic`: only the order within each topic is defined. */
  readonly order: 'total' | 'topic';
  readonly config: CaseConfig;
  readonly topology: readonly Operation[];
  readonly input: readonly CaseInput[];
  readonly output: readonly CaseRecord[];
  /** What `peek` and `foreach` were called with, in order. */
  readonly calls?: readonly CaseCall[];
  /** Why the result differs from Java's on purpose. Then `java` is what Java gives, and `output` what the library does. */
  readonly differs?: string;
  readonly java?: { readonly output: readonly CaseRecord[] };
  /** Index of the input that must stop the application; `output` is what the inputs before it gave. */
  readonly failsAt?: number;
  /** Java refuses the topology, in these words. */
  readonly buildError?: string;
  /** Entries by store: key, value and timestamp. */
  readonly stores: { readonly [store: string]: readonly (readonly Json[])[] };
}
