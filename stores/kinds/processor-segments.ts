import type { ChangelogCleanup, RowFormat, StoreShape } from './store-kind.js';

/** The shortest segment of Java's stores, in milliseconds. */
const MIN_SEGMENT_MS = 60_000;

/**
 * The time buckets of the window and session stores of processors. They are as long as the segments of Java's
 * persistent stores, because the order of what a range of keys gives goes by them.
 */
export class ProcessorSegments {
  readonly retentionMs: number;
  readonly lengthMs: number;
  readonly cleanup: ChangelogCleanup;

  /** `retentionMs`: milliseconds. */
  constructor(retentionMs: number) {
    if (!(Number.isSafeInteger(retentionMs) && retentionMs > 0)) {
      throw new TypeError(`retentionMs: ${retentionMs} is not valid`);
    }
    this.retentionMs = retentionMs;
    this.lengthMs = Math.max(Math.floor(retentionMs / 2), MIN_SEGMENT_MS);
    // A directory is written before the last entries of its bucket, and is needed as long as these entries.
    this.cleanup = Object.freeze({ policy: 'compact,delete', retentionMs: retentionMs + this.lengthMs });
    Object.freeze(this);
  }

  /** Rows of another format or length of segments would be misread. */
  shape(kind: string, format: RowFormat): StoreShape {
    return Object.freeze({ kind: format === 'plain' ? kind : `${kind} ${format}`, sizeMs: this.lengthMs });
  }
}
