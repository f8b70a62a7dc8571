const LENGTH_BYTES = 4;
/** A broker sends a batch whole, however small the fetch. No setting of a broker allows larger batches than this. */
const MAX_FRAME_BYTES = 2 ** 30;

/** Cuts the stream of a connection into responses. Each has memory of its own. */
export class Frames {
  readonly #onFrame: (frame: Buffer) => void;
  readonly #length = Buffer.alloc(LENGTH_BYTES);
  #lengthRead = 0;
  #frame: Buffer | undefined;
  #frameRead = 0;

  constructor(onFrame: (frame: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** @throws Error if the stream is not of Kafka's protocol */
  add(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#frame === undefined) {
        const copied = chunk.copy(this.#length, this.#lengthRead, at);
        this.#lengthRead += copied;
        at += copied;
        if (this.#lengthRead < LENGTH_BYTES) return;
        this.#begin(this.#length.readInt32BE(0));
        continue;
      }
      const copied = chunk.copy(this.#frame, this.#frameRead, at);
      this.#frameRead += copied;
      at += copied;
      if (this.#frameRead < this.#frame.length) return;
      const frame = this.#frame;
      this.#frame = undefined;
      this.#onFrame(frame);
    }
  }

  #begin(length: number): void {
    if (length < LENGTH_BYTES || length > MAX_FRAME_BYTES) throw new Error(`a response of ${length} bytes`);
    this.#lengthRead = 0;
    this.#frame = Buffer.allocUnsafeSlow(length);
    this.#frameRead = 0;
  }
}
