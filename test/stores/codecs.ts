import type { Codec } from '../../stores/encoding/codec.js';

export const textCodec: Codec<string> = {
  serialize: text => Buffer.from(text),
  deserialize: bytes => bytes.toString(),
};

export const numberCodec: Codec<number> = {
  serialize: number => Buffer.from(String(number)),
  deserialize: bytes => Number(bytes.toString()),
};
