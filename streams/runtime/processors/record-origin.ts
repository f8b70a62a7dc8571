import type { ConsumerRecord } from '../../kafka/record.js';

/** Where the record in process comes from. */
export interface RecordOrigin {
  /** True for a record of a source topic. Only such a record can count as rejected. */
  readonly isSource: boolean;
  /** The record in process. `head` is the record of the topic that it came from, which may have many. */
  delivered(head: ConsumerRecord): ConsumerRecord;
}
