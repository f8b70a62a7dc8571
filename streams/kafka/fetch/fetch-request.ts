import { type Api, FETCH_BY_ID } from './apis.js';
import type { AbortedTransaction } from './partition-response.js';
import type { WireReader } from './wire-reader.js';
import type { WireWriter } from './wire-writer.js';

const CONSUMER = -1;
const READ_COMMITTED = 1;
const NO_SESSION = 0;
const FULL_FETCH = -1;
const UNKNOWN = -1;
const NO_RACK = '';

export interface FetchLimits {
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxPartitionBytes: number;
}

export interface FetchTopic {
  readonly topic: string;
  /** For FETCH_BY_ID. */
  readonly id: string | undefined;
  readonly partitions: readonly FetchPartition[];
}

export interface FetchPartition {
  readonly partition: number;
  readonly leaderEpoch: number;
  readonly offset: number;
}

export interface FetchedPartition {
  /** Id of the topic with FETCH_BY_ID, otherwise its name. */
  readonly topic: string;
  readonly partition: number;
  readonly error: number;
  readonly lastStableOffset: number;
  readonly aborted: readonly AbortedTransaction[];
  /** The batches: a view of the response. */
  readonly records: Buffer;
}

export interface FetchResponse {
  readonly throttleMs: number;
  readonly error: number;
  readonly partitions: readonly FetchedPartition[];
}

/** Partitions are served in this order, until the response is full (KIP-74). */
export function writeFetchRequest(
  writer: WireWriter,
  api: Api,
  limits: FetchLimits,
  topics: readonly FetchTopic[],
): void {
  const isById = api === FETCH_BY_ID;
  writer.int32(CONSUMER);
  writer.int32(limits.maxWaitMs);
  writer.int32(limits.minBytes);
  writer.int32(limits.maxBytes);
  writer.int8(READ_COMMITTED);
  writer.int32(NO_SESSION);
  writer.int32(FULL_FETCH);
  writer.array(topics, ({ topic, id, partitions }) => {
    if (isById) writer.uuid(id ?? '');
    else writer.string(topic);
    writer.array(partitions, ({ partition, leaderEpoch, offset }) => {
      writer.int32(partition);
      writer.int32(leaderEpoch);
      writer.int64(offset);
      // The epoch of the last record: replicas only.
      if (isById) writer.int32(UNKNOWN);
      // The beginning of the log: replicas only.
      writer.int64(UNKNOWN);
      writer.int32(limits.maxPartitionBytes);
      writer.tags();
    });
    writer.tags();
  });
  // Topics to forget: only with a session.
  writer.array([], () => {});
  if (isById) writer.string(NO_RACK);
  writer.tags();
}

export function readFetchResponse(reader: WireReader, api: Api): FetchResponse {
  const isById = api === FETCH_BY_ID;
  const throttleMs = reader.int32();
  const error = reader.int16();
  reader.int32();
  const topics = reader.array(() => {
    const topic = isById ? reader.uuid() : reader.string();
    const partitions = reader.array(() => readPartition(reader, topic, isById));
    reader.tags();
    return partitions;
  });
  return { throttleMs, error, partitions: topics.flat() };
}

function readPartition(reader: WireReader, topic: string, isById: boolean): FetchedPartition {
  const partition = reader.int32();
  const error = reader.int16();
  // The high watermark.
  reader.int64();
  const lastStableOffset = reader.int64();
  // The beginning of the log.
  reader.int64();
  const aborted = reader.array(() => {
    const transaction = { producerId: reader.int64(), firstOffset: reader.int64() };
    reader.tags();
    return transaction;
  });
  // The preferred replica: only with a rack.
  if (isById) reader.int32();
  const records = reader.byteArray();
  reader.tags();
  return { topic, partition, error, lastStableOffset, aborted, records };
}
