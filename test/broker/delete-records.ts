import type { TopicPartitionOffset } from '../../streams/kafka/record.js';
import { int32, RawConnection, text } from './raw-connection.js';

const DELETE_RECORDS = 21;
const VERSION = 0;
const TIMEOUT_MS = 30_000;

/** Deletes the records of the partition before the offset. node-rdkafka has no request for it. */
export async function deleteRecords(
  address: string,
  { topic, partition, offset }: TopicPartitionOffset,
): Promise<void> {
  const connection = await RawConnection.open(address);
  try {
    const upTo = Buffer.alloc(8);
    upTo.writeBigInt64BE(BigInt(offset));
    const answer = await connection.request(DELETE_RECORDS, VERSION, [
      int32(1),
      text(topic),
      int32(1),
      int32(partition),
      upTo,
      int32(TIMEOUT_MS),
    ]);
    // The throttle time, the topic, its partition and the partition's oldest offset.
    answer.int32();
    answer.int32();
    answer.text();
    for (let skipped = 0; skipped < 4; skipped++) answer.int32();
    const code = answer.int16();
    if (code !== 0) throw new Error(`${address} deletes no records of ${topic}: error ${code}`);
  } finally {
    connection.close();
  }
}
