import { writeInt64 } from '../../../stores/encoding/int64.js';

/** Writes the fields of a request of Kafka's protocol. */
export class WireWriter {
  #bytes = Buffer.allocUnsafe(256);
  #at = 0;
  /** Flexible versions (KIP-482) have compact lengths, and tagged fields after each structure. */
  readonly #flexible: boolean;

  constructor(flexible: boolean) {
    this.#flexible = flexible;
  }

  boolean(value: boolean): void {
    this.int8(value ? 1 : 0);
  }

  int8(value: number): void {
    this.#at = this.#room(1).writeInt8(value, this.#at);
  }

  int16(value: number): void {
    this.#at = this.#room(2).writeInt16BE(value, this.#at);
  }

  int32(value: number): void {
    this.#at = this.#room(4).writeInt32BE(value, this.#at);
  }

  int64(value: number): void {
    writeInt64(this.#room(8), value, this.#at);
    this.#at += 8;
  }

  string(value: string): void {
    const length = Buffer.byteLength(value);
    if (this.#flexible) this.#unsigned(length + 1);
    else this.int16(length);
    this.#at += this.#room(length).write(value, this.#at);
  }

  byteArray(value: Buffer): void {
    if (this.#flexible) this.#unsigned(value.length + 1);
    else this.int32(value.length);
    this.#at += value.copy(this.#room(value.length), this.#at);
  }

  /** 22 characters of base64. */
  uuid(value: string): void {
    this.#at += Buffer.from(value, 'base64').copy(this.#room(16), this.#at);
  }

  array<T>(elements: readonly T[], write: (element: T) => void): void {
    if (this.#flexible) this.#unsigned(elements.length + 1);
    else this.int32(elements.length);
    for (const element of elements) write(element);
  }

  /** No tagged fields at the end of a structure, if the version has them. */
  tags(): void {
    if (this.#flexible) this.#unsigned(0);
  }

  /** A view of what was written. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  #unsigned(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.#byte((rest & 0x7f) | 0x80);
    this.#byte(rest);
  }

  #byte(value: number): void {
    this.#at = this.#room(1).writeUInt8(value, this.#at);
  }

  #room(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(2 * this.#bytes.length + length);
      this.#bytes.copy(larger, 0, 0, this.#at);
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}
