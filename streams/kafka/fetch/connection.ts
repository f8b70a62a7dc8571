import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { Api } from './apis.js';
import type { FetchCounts } from './fetch-counts.js';
import { Frames } from './frames.js';
import type { BrokerAddress } from './metadata-request.js';
import { WireReader } from './wire-reader.js';
import { WireWriter } from './wire-writer.js';

export interface ConnectionSettings {
  readonly clientId: string;
  /** undefined: plaintext. */
  readonly tls: ConnectionOptions | undefined;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

interface Pending {
  readonly correlationId: number;
  readonly isFlexible: boolean;
  readonly resolve: (response: WireReader) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** A connection to one broker. After any failure it is closed, and every request rejects. */
export class Connection {
  readonly #address: string;
  readonly #settings: ConnectionSettings;
  readonly #counts: FetchCounts;
  readonly #socket: Socket;
  readonly #frames = new Frames(frame => this.#onResponse(frame));
  /** A broker answers in the order of the requests. */
  readonly #pending: Pending[] = [];
  #correlationId = 0;
  #failure: Error | undefined;
  #onFailure: ((failure: Error) => void) | undefined;

  /** Begins to connect. */
  constructor({ host, port }: BrokerAddress, settings: ConnectionSettings, counts: FetchCounts) {
    this.#counts = counts;
    this.#address = `${host}:${port}`;
    this.#settings = settings;
    const tcp = { host, port, noDelay: true, keepAlive: true };
    const server = isIP(host) === 0 ? { servername: host } : {};
    this.#socket = settings.tls === undefined ? connectTcp(tcp) : connectTls({ ...settings.tls, ...tcp, ...server });
    this.#socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    this.#socket.on('error', error => this.#fail(reasonOf(error), error));
    this.#socket.on('close', () => this.#fail('the broker has closed the connection'));
  }

  /** Resolves when the broker has accepted the connection. Must be called once, before the first request. */
  opened(): Promise<void> {
    const { connectTimeoutMs, tls } = this.#settings;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(`no connection within ${connectTimeoutMs} ms`), connectTimeoutMs);
      this.#onFailure = failure => {
        clearTimeout(timer);
        reject(failure);
      };
      this.#socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
        clearTimeout(timer);
        this.#onFailure = undefined;
        resolve();
      });
    });
  }

  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  /** Resolves with the fields of the response. `write` writes those of the request. */
  request(api: Api, write: (writer: WireWriter) => void): Promise<WireReader> {
    const { clientId, requestTimeoutMs } = this.#settings;
    const correlationId = this.#correlationId++;
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const timer = setTimeout(() => this.#fail(`no answer within ${requestTimeoutMs} ms`), requestTimeoutMs);
      this.#pending.push({ correlationId, isFlexible: api.isFlexible, resolve, reject, timer });
      const writer = new WireWriter(api.isFlexible);
      write(writer);
      const bytes = frame(api, correlationId, clientId, writer.written);
      this.#counts.requests++;
      this.#counts.sentBytes += bytes.length;
      this.#socket.write(bytes);
    });
  }

  close(): void {
    this.#fail('closed');
  }

  #onData(chunk: Buffer): void {
    try {
      this.#frames.add(chunk);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  #onResponse(response: Buffer): void {
    const pending = this.#pending.shift();
    const correlationId = response.readInt32BE(0);
    if (pending === undefined || correlationId !== pending.correlationId) {
      if (pending !== undefined) this.#pending.unshift(pending);
      throw new Error(`a response with the correlation id ${correlationId}`);
    }
    clearTimeout(pending.timer);
    this.#counts.responses++;
    this.#counts.receivedBytes += response.length;
    const reader = new WireReader(response, pending.isFlexible, 4);
    reader.tags();
    pending.resolve(reader);
  }

  #fail(reason: string, cause?: Error): void {
    if (this.#failure !== undefined) return;
    const failure = new Error(`${this.#address}: ${reason}`, { cause });
    this.#failure = failure;
    this.#socket.destroy();
    this.#onFailure?.(failure);
    for (const { timer, reject } of this.#pending.splice(0)) {
      clearTimeout(timer);
      reject(failure);
    }
  }
}

/** A name with several addresses fails with an error that has no message of its own. */
function reasonOf(error: Error): string {
  return error instanceof AggregateError ? error.errors.map(String).join('; ') : error.message;
}

function frame({ key, version, isFlexible }: Api, correlationId: number, clientId: string, body: Buffer): Buffer {
  const id = Buffer.from(clientId);
  const headerBytes = 14 + id.length + (isFlexible ? 1 : 0);
  const bytes = Buffer.allocUnsafe(headerBytes + body.length);
  bytes.writeInt32BE(bytes.length - 4, 0);
  bytes.writeInt16BE(key, 4);
  bytes.writeInt16BE(version, 6);
  bytes.writeInt32BE(correlationId, 8);
  bytes.writeInt16BE(id.length, 12);
  id.copy(bytes, 14);
  // No tagged fields.
  if (isFlexible) bytes.writeUInt8(0, headerBytes - 1);
  body.copy(bytes, headerBytes);
  return bytes;
}
