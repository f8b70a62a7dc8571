import type { ConsumerRecord } from '../../../kafka/record.js';
import type { RecordOrigin } from '../record-origin.js';

/** A record that the task has passed on, and whose processing goes on when its calls have settled. */
export class OpenRecord implements RecordOrigin {
  /** null: results of a commit or of a punctuation, which are of no record. */
  readonly record: ConsumerRecord | null;
  readonly isSource: boolean;
  /** The number of its calls that are in flight. */
  calls = 0;
  /** What has happened to it so far. */
  isLate = false;
  wasSent = false;
  failures = 0;

  constructor(record: ConsumerRecord | null, isSource: boolean) {
    this.record = record;
    this.isSource = isSource;
  }

  static none(): OpenRecord {
    return new OpenRecord(null, false);
  }

  delivered(record: ConsumerRecord): ConsumerRecord {
    return record;
  }
}
