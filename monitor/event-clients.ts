const MAX_CLIENTS = 100;
/** Bytes that may wait for a client. With more, it gets no snapshot until it has read them. */
const MAX_WAITING_BYTES = 262_144;
/** A client that reads nothing for this time is gone, even if its connection was not closed. */
const GONE_AFTER_MS = 30_000;

/** The part of `ServerResponse` that is needed. */
export interface EventStream {
  readonly writableLength: number;
  write(text: string): boolean;
  end(): unknown;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
  on(event: 'drain', listener: () => void): unknown;
}

interface Client {
  readonly stream: EventStream;
  /** When the first unread bytes were sent. undefined if everything is read. Milliseconds of a monotonic clock. */
  waitingSince: number | undefined;
}

/** The clients of server-sent events. Their number is bounded, and so are the bytes that wait for each. */
export class EventClients {
  readonly #clients = new Set<Client>();
  readonly #now: () => number;

  /** @param now milliseconds of a monotonic clock */
  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#clients.size;
  }

  get full(): boolean {
    return this.#clients.size >= MAX_CLIENTS;
  }

  /** Sends `first`, made by `eventText`. From now on the client gets everything that is sent to all. */
  add(stream: EventStream, first: string): void {
    const client: Client = { stream, waitingSince: undefined };
    this.#clients.add(client);
    stream.once('close', () => this.#clients.delete(client));
    stream.on('drain', () => {
      client.waitingSince = undefined;
    });
    this.#write(client, first);
  }

  /** Sends to all clients. Slow clients miss events. Clients that read nothing for half a minute are disconnected. */
  send(text: string): void {
    for (const client of this.#clients) {
      const { waitingSince, stream } = client;
      if (waitingSince !== undefined && this.#now() - waitingSince > GONE_AFTER_MS) stream.destroy();
      else if (stream.writableLength + text.length <= MAX_WAITING_BYTES) this.#write(client, text);
    }
  }

  /** Ends all streams. */
  close(): void {
    for (const { stream } of this.#clients) stream.end();
    this.#clients.clear();
  }

  #write(client: Client, text: string): void {
    if (!client.stream.write(text)) client.waitingSince ??= this.#now();
  }
}

/** A server-sent event with JSON as its data. */
export function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
