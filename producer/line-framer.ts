import { BrokenInputError } from './broken-input-error.js';
import { MAX_RECORD_BYTES } from './record-framer.js';
import type { SourceRecord } from './record-source.js';
import { userKey } from './user-key.js';

const NEWLINE = 0x0a;

/** A line that is not one JSON value. */
export interface BadLine {
  /** The first is 1. */
  readonly line: number;
  /** Without the end of the line. */
  readonly text: Buffer;
  readonly reason: string;
}

/** Cuts text with one JSON value a line into records. It continues after a line that is not JSON. */
export class LineFramer {
  readonly #onBadLine: (bad: BadLine) => void;
  #line = 1;
  #records = 0;
  #bytes = 0;
  /** The bytes of an incomplete line. */
  #carried: Buffer[] = [];
  #carriedBytes = 0;
  #empty = true;

  constructor(onBadLine: (bad: BadLine) => void) {
    this.#onBadLine = onBadLine;
  }

  /** Number of the next record. The first is 1. */
  get record(): number {
    return this.#records + 1;
  }

  /** Number of the next or incomplete line. The first is 1. */
  get line(): number {
    return this.#line;
  }

  /** Bytes taken so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Appends the records that `chunk` completes to `records`.
   *
   * @throws BrokenInputError if the text is an array, or a line is too large
   */
  push(chunk: Buffer, records: SourceRecord[]): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#take(chunk.subarray(start, end), records);
      this.#bytes += end + 1 - start;
      this.#line += 1;
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    this.#carried.push(rest);
    this.#carriedBytes += rest.length;
    this.#bytes += rest.length;
    if (this.#carriedBytes > MAX_RECORD_BYTES) throw this.#broken(`larger than ${MAX_RECORD_BYTES} bytes`);
  }

  /**
   * Appends a last record without an end of line.
   *
   * @throws BrokenInputError when the text holds no JSON
   */
  end(records: SourceRecord[]): void {
    this.#take(Buffer.alloc(0), records);
    if (this.#empty) throw this.#broken('the input holds no JSON');
  }

  #take(rest: Buffer, records: SourceRecord[]): void {
    const bytes = Buffer.concat([...this.#carried, rest]);
    this.#carried = [];
    this.#carriedBytes = 0;
    // A byte order mark and a carriage return are white space.
    const text = bytes
      .toString('latin1')
      .replace(/^\xef\xbb\xbf/, '')
      .trim();
    if (text === '') return;
    if (this.#empty && text.startsWith('[')) throw this.#broken('an array is not read by lines: leave --skip-bad out');
    this.#empty = false;
    const value = Buffer.from(text, 'latin1');
    try {
      const parsed: unknown = JSON.parse(value.toString());
      const email = typeof parsed === 'object' && parsed !== null && 'email' in parsed ? parsed.email : undefined;
      records.push({ key: userKey(email), value });
      this.#records += 1;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#onBadLine({ line: this.#line, text: bytes, reason: 'not one JSON value' });
    }
  }

  #broken(reason: string): BrokenInputError {
    return new BrokenInputError(reason, { line: this.#line, record: this.record, byte: this.#bytes });
  }
}
