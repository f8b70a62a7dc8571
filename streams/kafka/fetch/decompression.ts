import zlib from 'node:zlib';
import { decompress as decompressZstd } from 'fzstd';
import { codecName } from '../client-features.js';
import { decompressLz4 } from './lz4.js';
import { decompressSnappy } from './snappy.js';

/** A function of Node 22.15 and newer. fzstd is in JavaScript, and several times slower. */
const nodeZstd: unknown = Reflect.get(zlib, 'zstdDecompressSync');

/** The records of a batch. `codec`: from its attributes; 0 is none. Throws an Error if they are malformed. */
export function decompress(codec: number, bytes: Buffer): Buffer {
  switch (codec) {
    case 0:
      return bytes;
    case 1:
      return zlib.gunzipSync(bytes);
    case 2:
      return decompressSnappy(bytes);
    case 3:
      return decompressLz4(bytes);
    case 4:
      return zstd(bytes);
    default:
      throw new Error(`${codecName(codec)} is unknown`);
  }
}

function zstd(bytes: Buffer): Buffer {
  if (typeof nodeZstd === 'function') return nodeZstd(bytes);
  const { buffer, byteOffset, byteLength } = decompressZstd(bytes);
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
