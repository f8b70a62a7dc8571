import { readInt64 } from '../../../stores/encoding/int64.js';

/** Reads the fields of a response of Kafka's protocol. Throws a RangeError if the response ends too early. */
export class WireReader {
  readonly #bytes: Buffer;
  /** Flexible versions (KIP-482) have compact lengths, and tagged fields after each structure. */
  readonly #flexible: boolean;
  #at: number;

  constructor(bytes: Buffer, flexible: boolean, at = 0) {
    this.#bytes = bytes;
    this.#flexible = flexible;
    this.#at = at;
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#skip(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#skip(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#skip(4));
  }

  /** Exact up to 2^53. */
  int64(): number {
    const at = this.#skip(8);
    return readInt64(this.#bytes, at);
  }

  /** Null becomes empty. */
  string(): string {
    const length = this.#flexible ? this.#unsigned() - 1 : this.int16();
    return length <= 0 ? '' : this.#take(length).toString('utf8');
  }

  /** A view. Null becomes empty. */
  byteArray(): Buffer {
    const length = this.#flexible ? this.#unsigned() - 1 : this.int32();
    return this.#take(Math.max(0, length));
  }

  /** 22 characters of base64. */
  uuid(): string {
    return this.#take(16).toString('base64', 0, 16).slice(0, 22);
  }

  /** An array of null becomes an empty one. */
  array<T>(element: () => T): T[] {
    const length = this.#flexible ? this.#unsigned() - 1 : this.int32();
    const elements: T[] = [];
    for (let i = 0; i < length; i++) elements.push(element());
    return elements;
  }

  /** Skips the tagged fields at the end of a structure, if the version has them. */
  tags(): void {
    if (!this.#flexible) return;
    for (let left = this.#unsigned(); left > 0; left--) {
      this.#unsigned();
      this.#take(this.#unsigned());
    }
  }

  #unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#skip(1));
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  #take(length: number): Buffer {
    const begin = this.#skip(length);
    if (this.#at > this.#bytes.length) throw new RangeError('the response ends within a field');
    return this.#bytes.subarray(begin, begin + length);
  }

  #skip(length: number): number {
    const at = this.#at;
    this.#at += length;
    return at;
  }
}
