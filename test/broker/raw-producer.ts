import { int16, int32, RawConnection, type RawReader, text } from './raw-connection.js';
import { type RawRecord, recordBatch } from './record-batch.js';

export interface RawProducerRecord extends RawRecord {
  readonly partition: number;
}

const PRODUCE = 0;
const VERSION = 3;
const TIMEOUT_MS = 30_000;

/**
 * Writes the records, one after the other: librdkafka sends neither header values that are no text, nor timestamps below 1. The broker
 * must be the leader of all partitions.
 *
 * @throws Error if the broker does not take a record; those before it are written
 */
export async function produceRaw(address: string, topic: string, records: readonly RawProducerRecord[]): Promise<void> {
  const connection = await RawConnection.open(address);
  try {
    for (const record of records) {
      const code = errorCode(await connection.request(PRODUCE, VERSION, produceRequest(topic, record)));
      if (code !== 0) throw new Error(`${address} refuses a record of ${topic}: error ${code}`);
    }
  } finally {
    connection.close();
  }
}

function produceRequest(topic: string, record: RawProducerRecord): readonly Buffer[] {
  const batch = recordBatch(record);
  const [noTransaction, acknowledgedByAll] = [int16(-1), int16(-1)];
  return [
    noTransaction,
    acknowledgedByAll,
    int32(TIMEOUT_MS),
    int32(1),
    text(topic),
    int32(1),
    int32(record.partition),
    int32(batch.length),
    batch,
  ];
}

/** The answer holds one partition of one topic. */
function errorCode(answer: RawReader): number {
  answer.int32();
  answer.text();
  answer.int32();
  answer.int32();
  return answer.int16();
}
