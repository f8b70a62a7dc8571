import { BrokenInputError } from './broken-input-error.js';
import { compactJson } from './compact-json.js';
import {
  END_OF_TEXT,
  indexOfJsonError,
  type JsonFormat,
  type JsonToken,
  jsonTokenizer,
  type Tokenize,
} from './json-stages.js';
import type { SourceRecord } from './record-source.js';
import { userKey } from './user-key.js';

const BOM = Buffer.from('\ufeff');
export const MAX_RECORD_BYTES = 64 * 1024 * 1024;
/** A literal or an escape that may continue in the next chunk. */
const UNFINISHED = /^(?:t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|\\(?:u[\da-fA-F]{0,3})?)$/;

const BRACE = 0x7b;
const CLOSING_BRACKET = 0x5d;
const COMMA = 0x2c;
const SPACE = 0x20;

/**
 * Cuts JSON text into records: an array, or values with white space between them (one a line). stream-json reads every
 * token, and so finds ends and errors. The value of a record is its own bytes. Nothing in it changes, except the white
 * space of a record that is written over several lines.
 *
 * The text is read as latin1: one character is one byte, and a position in the text is a position in the file.
 */
export class RecordFramer {
  /** The first bytes, until there are enough to recognize a byte order mark. */
  #head: Buffer | undefined = Buffer.alloc(0);
  #tokenize: Tokenize | undefined;
  #format: JsonFormat = 'sequence';
  /** Nesting outside of records: 1 in an array, else 0. */
  #outside = 0;
  #depth = 0;
  #reading: 'nothing' | 'object' | 'other' = 'nothing';
  /** The latest field of the record, and its latest email. */
  #field: unknown;
  #email: unknown;
  #records = 0;

  // Positions are bytes of the whole text.
  /** Start of the current chunk. */
  #read = 0;
  /** Number of line ends before the current chunk. */
  #lineEnds = 0;
  /** End of the previous record. */
  #boundary = 0;
  /** Start of this record. */
  #start = 0;
  /** The bytes between the boundary and the current chunk. */
  #carried: Buffer[] = [];
  /** A line end of the current chunk that is not before the record that was examined last. */
  #lineEnd = -1;

  /** Number of the next or incomplete record. The first is 1. */
  get record(): number {
    return this.#records + 1;
  }

  /** Number of the next or incomplete line. The first is 1. */
  get line(): number {
    return this.#lineEnds + 1;
  }

  /** Bytes taken so far. */
  get bytes(): number {
    return this.#read + (this.#head?.length ?? 0);
  }

  /**
   * Appends the records that `chunk` completes to `records`, up to an error.
   *
   * @throws BrokenInputError
   */
  push(chunk: Buffer, records: SourceRecord[]): void {
    if (this.#head === undefined) {
      this.#frame(chunk, records);
      return;
    }
    const head = Buffer.concat([this.#head, chunk]);
    if (head.length < BOM.length) this.#head = head;
    else this.#open(head, records);
  }

  /**
   * Appends a last record that only the end of the text completes.
   *
   * @throws BrokenInputError when the text is incomplete or holds no JSON
   */
  end(records: SourceRecord[]): void {
    if (this.#head !== undefined) this.#open(this.#head, records);
    const nothing = Buffer.alloc(0);
    if (this.#tokenize === undefined) throw this.#brokenAt('the input holds no JSON', this.#read, nothing);
    let tokens: readonly JsonToken[];
    try {
      tokens = this.#tokenize(END_OF_TEXT);
    } catch {
      throw this.#broken(nothing, true);
    }
    this.#take(tokens, nothing, '', 0, 0, records);
  }

  #open(head: Buffer, records: SourceRecord[]): void {
    this.#head = undefined;
    const skipped = head.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
    this.#read = skipped;
    this.#boundary = skipped;
    this.#frame(head.subarray(skipped), records);
  }

  #frame(chunk: Buffer, records: SourceRecord[]): void {
    const text = chunk.toString('latin1');
    if (this.#tokenize === undefined) this.#chooseFormat(text);
    if (this.#read - this.#boundary > MAX_RECORD_BYTES) {
      throw this.#brokenAt(`larger than ${MAX_RECORD_BYTES} bytes`, this.#start, chunk);
    }
    this.#lineEnd = -1;
    for (let from = 0; from < text.length; ) {
      const to = this.#pieceEnd(chunk, text, from);
      this.#take(this.#tokens(chunk, text.slice(from, to)), chunk, text, from, to, records);
      from = to;
    }
    const next = this.#read + chunk.length;
    if (this.#tokenize === undefined) this.#boundary = next;
    else if (this.#boundary < next) this.#carried.push(chunk.subarray(Math.max(0, this.#boundary - this.#read)));
    this.#read = next;
    this.#lineEnds += lineEnds(chunk);
  }

  #chooseFormat(text: string): void {
    const first = /[^ \t\n\r]/.exec(text)?.[0];
    if (first === undefined) return;
    this.#format = first === '[' ? 'single' : 'sequence';
    this.#outside = first === '[' ? 1 : 0;
    this.#tokenize = jsonTokenizer(this.#format);
  }

  /**
   * End of the longest piece that completes at most one record. The record ends with the piece; a number or a literal
   * ends before it.
   */
  #pieceEnd(chunk: Buffer, text: string, from: number): number {
    if (this.#tokenize === undefined) return text.length;
    if (this.#reading === 'object') return afterBrace(text, from);
    if (this.#reading === 'other') return from + 1;
    for (let i = from; i < text.length; i += 1) {
      const character = text.charCodeAt(i);
      if (character <= SPACE || character === COMMA) continue;
      if (character === CLOSING_BRACKET) return i + 1;
      // Before the bracket that opens the array, or after the one that closes it.
      if (this.#depth < this.#outside) return i + 1;
      this.#start = this.#read + i;
      if (this.#start === this.#boundary && this.#records > 0) throw this.#unexpected(text, i, chunk);
      this.#reading = character === BRACE ? 'object' : 'other';
      return character === BRACE ? afterBrace(text, i) : i + 1;
    }
    return text.length;
  }

  #tokens(chunk: Buffer, piece: string): readonly JsonToken[] {
    try {
      return this.#tokenize?.(piece) ?? [];
    } catch {
      throw this.#broken(chunk, false);
    }
  }

  #take(
    tokens: readonly JsonToken[],
    chunk: Buffer,
    text: string,
    from: number,
    to: number,
    records: SourceRecord[],
  ): void {
    for (const { name, value } of tokens) {
      switch (name) {
        case 'startObject':
        case 'startArray':
          this.#depth += 1;
          break;
        case 'endObject':
        case 'endArray':
          this.#depth -= 1;
          if (this.#depth === this.#outside) records.push(this.#complete(chunk, text, to));
          break;
        case 'keyValue':
          if (this.#depth !== this.#outside + 1) break;
          this.#field = value;
          if (value === 'email') this.#email = undefined;
          break;
        case 'stringValue':
          if (this.#depth === this.#outside) records.push(this.#complete(chunk, text, to));
          else if (this.#depth === this.#outside + 1 && this.#field === 'email') this.#email = value;
          break;
        default:
          // A number or a literal. The character after it shows that it is complete.
          if (this.#depth !== this.#outside) break;
          if (this.#format === 'sequence' && text.charCodeAt(from) > SPACE) throw this.#unexpected(text, from, chunk);
          records.push(this.#complete(chunk, text, from));
      }
    }
  }

  #complete(chunk: Buffer, text: string, end: number): SourceRecord {
    const start = this.#start - this.#read;
    let value: Buffer;
    let severalLines: boolean;
    if (start >= 0) {
      value = chunk.subarray(start, end);
      if (this.#lineEnd < start) this.#lineEnd = indexOrEnd(text, '\n', start);
      severalLines = this.#lineEnd < end;
    } else {
      const all = Buffer.concat([...this.#carried, chunk.subarray(0, end)]);
      value = all.subarray(this.#start - this.#boundary);
      severalLines = value.includes('\n');
    }
    value = withoutSpaceBehind(value);
    if (severalLines) value = Buffer.from(compactJson(value.toString('latin1')), 'latin1');
    const key = userKey(isAscii(this.#email) ? this.#email : emailOf(value));
    this.#boundary = this.#read + end;
    this.#carried = [];
    this.#reading = 'nothing';
    this.#field = undefined;
    this.#email = undefined;
    this.#records += 1;
    return { key, value };
  }

  #broken(chunk: Buffer, ended: boolean): BrokenInputError {
    const rest = Buffer.concat([...this.#carried, chunk.subarray(Math.max(0, this.#boundary - this.#read))]);
    const text = rest.toString('latin1');
    // The records before the boundary are read. In an array, a placeholder stands for them.
    const before = this.#format === 'single' && this.#records > 0 ? '[0' : '';
    const index = indexOfJsonError(before + text, this.#format) - before.length;
    if (index >= text.length || (ended && UNFINISHED.test(text.slice(index)))) {
      return this.#brokenAt('the input ends too early', this.#boundary + text.length, chunk);
    }
    return this.#unexpected(text, index, chunk, this.#boundary);
  }

  #unexpected(text: string, index: number, chunk: Buffer, textStart = this.#read): BrokenInputError {
    const byte = text.charCodeAt(index);
    const printable = byte > SPACE && byte < 0x7f;
    const shown = printable ? JSON.stringify(text[index]) : `byte 0x${byte.toString(16).padStart(2, '0')}`;
    return this.#brokenAt(`unexpected ${shown}`, textStart + index, chunk);
  }

  /** @param byte of the whole text, in this chunk or in the carried bytes */
  #brokenAt(reason: string, byte: number, chunk: Buffer): BrokenInputError {
    const before =
      byte < this.#read
        ? -lineEnds(Buffer.concat(this.#carried).subarray(byte - this.#boundary))
        : lineEnds(chunk.subarray(0, byte - this.#read));
    const perLine = this.#tokenize !== undefined && this.#format === 'sequence';
    return new BrokenInputError(reason, { line: this.line + before, record: this.record, byte }, { perLine });
  }
}

function lineEnds(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf('\n'); at >= 0; at = bytes.indexOf('\n', at + 1)) count += 1;
  return count;
}

function afterBrace(text: string, from: number): number {
  return Math.min(indexOrEnd(text, '}', from) + 1, text.length);
}

function indexOrEnd(text: string, character: string, from: number): number {
  const index = text.indexOf(character, from);
  return index < 0 ? text.length : index;
}

/** A number in an array is known to be complete only by what follows the white space after it. */
function withoutSpaceBehind(value: Buffer): Buffer {
  let end = value.length;
  while (end > 0 && (value[end - 1] ?? 0) <= SPACE) end -= 1;
  return end === value.length ? value : value.subarray(0, end);
}

/** The text of a token has bytes for characters, except for escaped ones. Only in ASCII the two are the same. */
function isAscii(token: unknown): boolean {
  return typeof token !== 'string' || !/[^\0-\x7f]/.test(token);
}

function emailOf(json: Buffer): unknown {
  const value: unknown = JSON.parse(json.toString());
  return typeof value === 'object' && value !== null && 'email' in value ? value.email : undefined;
}
