import { crc32 } from 'node:zlib';

/** The number of records and a checksum of their keys and values. It does not depend on the order of the records. */
export class Digest {
  #records = 0;
  #sum = 0;

  add(key: string | Buffer, value: string | Buffer): void {
    this.#records++;
    this.#sum = (this.#sum + crc32(value, crc32(key))) >>> 0;
  }

  toString(): string {
    return `${this.#records} records with the checksum ${this.#sum}`;
  }
}
