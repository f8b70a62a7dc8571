import { type Duration, parseDuration } from '../../kafka/duration.js';
import { type Graph, TopologyError } from '../graph/graph.js';
import type { AsyncNode, GraphNode } from '../graph/node.js';
import type { AsyncOptions } from '../options/async-options.js';
import type { AsyncCall, AsyncResult, AsyncResults } from '../processor/async-call.js';
import type { ProcessorRecord } from '../processor/processor-record.js';

type Mapper<K, V, VR> = (value: V, key: K, call: AsyncCall) => VR | PromiseLike<VR>;
type Processing<K, V, KR, VR> = (
  record: ProcessorRecord<K, V>,
  call: AsyncCall,
) => AsyncResults<KR, VR> | PromiseLike<AsyncResults<KR, VR>>;
type Calls = Pick<AsyncNode, 'call' | 'resultsOf'>;

/**
 * The most milliseconds that the calls of one record may take. A commit waits for them, and a broker aborts a transaction
 * that is open for fifteen minutes (`transaction.max.timeout.ms`), of which the commit interval may take five.
 */
const MOST_CALL_MS = 300_000;
const MAX_PAUSE_MS = 10_000;

/** Adds an operator that calls a function for each record. Throws a TopologyError if an option can't be used. */
export function addAsync(
  graph: Graph,
  parent: GraphNode,
  method: 'mapValuesAsync' | 'processAsync',
  options: AsyncOptions,
  calls: Calls,
): GraphNode {
  const { name, order = 'partition', maxConcurrent = 32, retries = 0 } = options;
  const timeoutMs = positive(options.timeout ?? '30s', `timeout of ${method}`);
  const retryBackoffMs = positive(options.retryBackoff ?? 100, `retryBackoff of ${method}`);
  if (order !== 'partition' && order !== 'key') {
    throw new TopologyError(`order of ${method}: 'partition' or 'key', not ${JSON.stringify(order)}`);
  }
  if (!Number.isSafeInteger(maxConcurrent) || maxConcurrent < 1) {
    throw new TopologyError(`maxConcurrent of ${method}: a positive whole number, not ${maxConcurrent}`);
  }
  if (!Number.isSafeInteger(retries) || retries < 0) {
    throw new TopologyError(`retries of ${method}: a whole number that is not negative, not ${retries}`);
  }
  const longestMs = (retries + 1) * timeoutMs + pausesMs(retryBackoffMs, retries);
  if (!(longestMs <= MOST_CALL_MS)) {
    throw new TopologyError(
      `timeout of ${method}: with ${retries} retries a record may take ${longestMs} ms, at most are ${MOST_CALL_MS}`,
    );
  }
  return graph.add(method === 'processAsync' ? 'KSTREAM-PROCESSASYNC' : 'KSTREAM-MAPVALUESASYNC', name, {
    kind: 'async',
    parents: [parent],
    order,
    maxConcurrent,
    timeoutMs,
    retries,
    pauseMs: (retry: number) => pauseMs(retryBackoffMs, retry),
    ...calls,
  });
}

/** The pause before a retry. They count from 1. */
function pauseMs(firstMs: number, retry: number): number {
  return Math.min(firstMs * 2 ** (retry - 1), Math.max(firstMs, MAX_PAUSE_MS));
}

function pausesMs(firstMs: number, retries: number): number {
  let sum = 0;
  // More pauses than these are too long in any case.
  for (let retry = 1; retry <= retries && sum <= MOST_CALL_MS; retry++) sum += pauseMs(firstMs, retry);
  return sum;
}

function positive(duration: Duration, what: string): number {
  const milliseconds = parseDuration(duration);
  if (milliseconds !== undefined && milliseconds > 0) return milliseconds;
  throw new TopologyError(`${what}: a duration such as '60s' or 60000 that is not 0, not ${JSON.stringify(duration)}`);
}

export function mappingValues<K, V, VR>(mapper: Mapper<K, V, VR>): Calls {
  return {
    call: ({ value, key }: ProcessorRecord<K, V>, call: AsyncCall) => mapper(value, key, call),
    resultsOf: ({ key }: ProcessorRecord<K, V>, value: VR) => [{ key, value }],
  };
}

export function processing<K, V, KR, VR>(process: Processing<K, V, KR, VR>): Calls {
  return {
    call: process,
    resultsOf: (_record: ProcessorRecord<K, V>, results: AsyncResults<KR, VR>) => listed(results),
  };
}

function listed<K, V>(results: AsyncResults<K, V>): AsyncResult<K, V>[] {
  if (results === null || results === undefined) return [];
  const records = typeof results === 'object' && Symbol.iterator in results ? [...results] : [results];
  for (const record of records) {
    if (typeof record === 'object' && record !== null && 'key' in record && 'value' in record) continue;
    throw new TypeError('processAsync takes a record with a key and a value, an iterable of such records, or nothing');
  }
  return records;
}
