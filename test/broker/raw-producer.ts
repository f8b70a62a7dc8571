import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type RawRecord, recordBatch } from './record-batch.js';

export interface RawProducerRecord extends RawRecord {
  readonly partition: number;
}

const PRODUCE = 0;
const VERSION = 3;
const CLIENT_ID = 'raw-producer';
const TIMEOUT_MS = 30_000;

/**
 * Writes the records, one after the other, by Kafka's protocol itself: librdkafka sends neither header values that are no text, nor
 * timestamps below 1. The broker must be the leader of all partitions.
 *
 * @throws Error if the broker does not take a record; those before it are written
 */
export async function produceRaw(address: string, topic: string, records: readonly RawProducerRecord[]): Promise<void> {
  const [host = '', port = ''] = address.split(':');
  const socket = connect(Number(port), host);
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`no answer of ${address} within ${TIMEOUT_MS} ms`)));
  try {
    await once(socket, 'connect');
    const answers = readFrames(socket);
    for (const record of records) {
      socket.write(produceRequest(topic, record));
      const { value: answer } = await answers.next();
      if (answer === undefined) throw new Error(`${address} has closed the connection`);
      const code = errorCode(answer, topic);
      if (code !== 0) throw new Error(`${address} refuses a record of ${topic}: error ${code}`);
    }
  } finally {
    socket.destroy();
  }
}

function produceRequest(topic: string, record: RawProducerRecord): Buffer {
  const batch = recordBatch(record);
  return frame([
    int16(PRODUCE),
    int16(VERSION),
    int32(0),
    text(CLIENT_ID),
    // No transaction; acknowledged by all.
    int16(-1),
    int16(-1),
    int32(TIMEOUT_MS),
    int32(1),
    text(topic),
    int32(1),
    int32(record.partition),
    int32(batch.length),
    batch,
  ]);
}

/** The answer holds one partition of one topic. */
function errorCode(answer: Buffer, topic: string): number {
  const [correlation, topics, name, partitions, partition] = [4, 4, 2 + topic.length, 4, 4];
  return answer.readInt16BE(correlation + topics + name + partitions + partition);
}

async function* readFrames(socket: Socket): AsyncGenerator<Buffer, undefined> {
  let pending = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
      const end = 4 + pending.readInt32BE(0);
      yield pending.subarray(4, end);
      pending = pending.subarray(end);
    }
  }
  return undefined;
}

function frame(parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([int32(body.length), body]);
}

function text(content: string): Buffer {
  return Buffer.concat([int16(content.length), Buffer.from(content)]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
