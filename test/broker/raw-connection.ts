import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const CLIENT_ID = 'raw-connection';
const TIMEOUT_MS = 30_000;

/** Kafka's protocol itself, for what node-rdkafka can't ask of a broker: one request at a time. */
export class RawConnection {
  readonly #address: string;
  readonly #socket: Socket;
  readonly #answers: AsyncGenerator<Buffer, undefined>;

  private constructor(address: string, socket: Socket) {
    this.#address = address;
    this.#socket = socket;
    this.#answers = readFrames(socket);
  }

  /** To `host:port`. Rejects if nobody listens there. */
  static async open(address: string): Promise<RawConnection> {
    const [host = '', port = ''] = address.split(':');
    const socket = connect(Number(port), host);
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`no answer of ${address} within ${TIMEOUT_MS} ms`)));
    await once(socket, 'connect');
    return new RawConnection(address, socket);
  }

  /** `version` must be one without tagged fields. Resolves with the answer after its header. */
  async request(apiKey: number, version: number, body: readonly Buffer[]): Promise<RawReader> {
    const request = Buffer.concat([int16(apiKey), int16(version), int32(0), text(CLIENT_ID), ...body]);
    this.#socket.write(Buffer.concat([int32(request.length), request]));
    const { value: answer } = await this.#answers.next();
    if (answer === undefined) throw new Error(`${this.#address} has closed the connection`);
    const reader = new RawReader(answer);
    reader.int32();
    return reader;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Fields of an answer, one after the other. */
export class RawReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
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

  text(): string | null {
    const length = this.int16();
    if (length < 0) return null;
    const begin = this.#skip(length);
    return this.#bytes.toString('utf8', begin, begin + length);
  }

  #skip(length: number): number {
    const at = this.#position;
    this.#position += length;
    return at;
  }
}

export function int8(value: number): Buffer {
  return Buffer.from([value & 0xff]);
}

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function text(content: string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([int16(bytes.length), bytes]);
}

async function* readFrames(socket: Socket): AsyncGenerator<Buffer, undefined> {
  let pending = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
      const end = 4 + pending.readInt32BE(0);
      yield pending.subarray(4, end);
      pending = pending.subarray(end);
    }
  }
  return undefined;
}
