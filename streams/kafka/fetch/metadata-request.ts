import { type Api, METADATA_BY_ID } from './apis.js';
import type { WireReader } from './wire-reader.js';
import type { WireWriter } from './wire-writer.js';

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

export interface PartitionLeader {
  /** Node id of the broker. -1 if there is none at the moment. */
  readonly node: number;
  readonly epoch: number;
}

export interface TopicLeaders {
  readonly topic: string;
  /** The error code of the topic. 0 if there is none. */
  readonly error: number;
  /** undefined if the broker has no ids of topics. */
  readonly id: string | undefined;
  readonly leaders: ReadonlyMap<number, PartitionLeader>;
}

export interface ClusterMetadata {
  /** By node id. */
  readonly brokers: ReadonlyMap<number, BrokerAddress>;
  readonly topics: readonly TopicLeaders[];
}

const NO_TOPIC_ID = 'A'.repeat(22);

export function writeMetadataRequest(writer: WireWriter, api: Api, topics: readonly string[]): void {
  const isById = api === METADATA_BY_ID;
  writer.array(topics, topic => {
    if (isById) writer.uuid(NO_TOPIC_ID);
    writer.string(topic);
    writer.tags();
  });
  // A topic that is missing is not created.
  writer.boolean(false);
  if (isById) writer.boolean(false);
  writer.tags();
}

export function readMetadataResponse(reader: WireReader, api: Api): ClusterMetadata {
  const isById = api === METADATA_BY_ID;
  reader.int32();
  const brokers = reader.array((): [number, BrokerAddress] => {
    const broker: [number, BrokerAddress] = [reader.int32(), { host: reader.string(), port: reader.int32() }];
    reader.string();
    reader.tags();
    return broker;
  });
  // The cluster's id and its controller.
  reader.string();
  reader.int32();
  const topics = reader.array(() => {
    const error = reader.int16();
    const topic = reader.string();
    const id = isById ? reader.uuid() : NO_TOPIC_ID;
    reader.boolean();
    const leaders = reader.array(() => readLeader(reader));
    if (isById) reader.int32();
    reader.tags();
    return { topic, error, id: id === NO_TOPIC_ID ? undefined : id, leaders: new Map(leaders) };
  });
  return { brokers: new Map(brokers), topics };
}

function readLeader(reader: WireReader): [number, PartitionLeader] {
  reader.int16();
  const leader: [number, PartitionLeader] = [reader.int32(), { node: reader.int32(), epoch: reader.int32() }];
  // Replicas, those in sync, and those that are offline.
  for (let list = 0; list < 3; list++) reader.array(() => reader.int32());
  reader.tags();
  return leader;
}
