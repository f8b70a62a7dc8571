import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';

export interface GunzippedChunk {
  readonly data: Buffer;
  /** Consumed bytes of the compressed input. */
  readonly used: number;
}

// One write may produce a thousand times its size.
const WRITE_BYTES = 16 * 1024;

/**
 * The decompressed text of `chunks`. If they end early or are damaged, it first yields everything that can be
 * decompressed, and then throws. zlib's stream as an async iterator would drop its buffer.
 */
export async function* gunzipChunks(chunks: AsyncIterable<Buffer>): AsyncGenerator<GunzippedChunk> {
  const gunzip = createGunzip();
  const state: { data: Buffer[]; error: Error | undefined; ended: boolean } = {
    data: [],
    error: undefined,
    ended: false,
  };
  gunzip.on('data', (data: Buffer) => state.data.push(data));
  const ended = new Promise<void>(resolve => {
    gunzip.once('error', error => {
      state.error = error;
      resolve();
    });
    gunzip.once('end', () => {
      state.ended = true;
      resolve();
    });
  });
  const take = (): GunzippedChunk[] => {
    const taken = state.data.map(data => ({ data, used: gunzip.bytesWritten }));
    state.data = [];
    return taken;
  };
  try {
    for await (const chunk of chunks) {
      for (let from = 0; from < chunk.length && state.error === undefined; from += WRITE_BYTES) {
        const written = new Promise<void>(resolve =>
          gunzip.write(chunk.subarray(from, from + WRITE_BYTES), () => resolve()),
        );
        await Promise.race([written, ended]);
        // Data may arrive after the end of the write.
        await nextTurn();
        yield* take();
      }
      if (state.error !== undefined) throw state.error;
    }
    gunzip.end();
    await ended;
    yield* take();
    if (state.error !== undefined) throw state.error;
  } finally {
    gunzip.destroy();
  }
}
