import { isUtf8 } from 'node:buffer';
import type { MessageHeader } from 'node-rdkafka';
import type { Header, Headers } from './record.js';

/** Precedes a header whose value is base64. Its own value is the key of that header. */
const BASE64 = '__streams.base64';

/**
 * A header whose value is a text of ASCII without NUL, which node-rdkafka takes as it is. The bytes are made for whoever
 * asks for them. A dead letter has six headers: to make bytes of its texts, and texts of the bytes again, takes 2 to 3 us.
 */
export class TextHeader implements Header {
  readonly key: string;
  readonly text: string;
  /** The header for node-rdkafka, which only reads it. */
  readonly message: MessageHeader;

  private constructor(key: string, text: string) {
    this.key = key;
    this.text = text;
    // An object literal with a computed name takes 100 to 200 ns more.
    const message: MessageHeader = {};
    message[key] = text;
    this.message = message;
  }

  /** A header with the UTF-8 of the text. It is another header if node-rdkafka would not write that. */
  static of(key: string, text: string): Header {
    const isPlain = Buffer.byteLength(text) === text.length && !text.includes('\0');
    return isPlain && key !== BASE64 && key !== '__proto__'
      ? new TextHeader(key, text)
      : { key, value: Buffer.from(text) };
  }

  get value(): Buffer {
    return Buffer.from(this.text);
  }
}

/**
 * Headers for node-rdkafka, which writes values as UTF-8, up to the first NUL. Any other value is written as base64,
 * after a header that says so. `fromMessageHeaders` restores the original. A value of null is written as an empty one.
 */
export function toMessageHeaders(headers: Headers): MessageHeader[] {
  const written: MessageHeader[] = [];
  for (const header of headers) {
    if (header instanceof TextHeader) written.push(header.message);
    else written.push(...toMessages(header));
  }
  return written;
}

function toMessages({ key, value }: Header): readonly MessageHeader[] {
  if (value === null) return [{ [key]: '' }];
  if (isText(value) && key !== BASE64) return [{ [key]: value.toString() }];
  return [{ [BASE64]: key }, { [key]: value.toString('base64') }];
}

/** Headers as node-rdkafka returns them. */
export function fromMessageHeaders(headers: readonly MessageHeader[]): Headers {
  return fromRecordHeaders(
    headers.flatMap(header => Object.entries(header).map(([key, value]) => ({ key, value: bytesOf(value) }))),
  );
}

/** Headers as they are in a record. Those that were written as base64 are restored. */
export function fromRecordHeaders(read: Headers): Headers {
  if (!read.some(({ key }) => key === BASE64)) return read;
  const decoded: Header[] = [];
  let marked: Header | undefined;
  for (const header of read) {
    const isMarked = header.value !== null && marked?.value?.toString() === header.key;
    const value = isMarked ? fromBase64(header.value) : undefined;
    if (value !== undefined) {
      decoded.pop();
      decoded.push({ key: header.key, value });
      marked = undefined;
      continue;
    }
    decoded.push(header);
    marked = header.key === BASE64 ? header : undefined;
  }
  return decoded;
}

/** False if the client would write another value. */
function isText(value: Buffer): boolean {
  return isUtf8(value) && !value.includes(0);
}

/** undefined if it is not base64 as it is written here. */
function fromBase64(text: Buffer): Buffer | undefined {
  const value = Buffer.from(text.toString(), 'base64');
  return value.toString('base64') === text.toString() ? value : undefined;
}

function bytesOf(value: string | Buffer): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.from(value);
}
