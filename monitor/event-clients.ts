const MAX_CLIENTS = 100;
/** What may wait for a client; when there is more, it gets no snapshot until it has read that. */
const MAX_WAITING_BYTES = 262_144;
/** A client that reads nothing for this time is gone, though nobody said so. */
const GONE_AFTER_MS = 30_000;

/** What is needed of a `ServerResponse`. */
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
  /** When something was first left waiting that is not read yet; undefined if all is read. Milliseconds of a clock that never jumps. */
  waitingSince: number | undefined;
}

/** Those who listen to server-sent events. Their number is bounded, and what is kept for each. */
export class EventClients {
  readonly #clients = new Set<Client>();
  readonly #now: () => number;

  /** @param now milliseconds of a clock that never jumps */
  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#clients.size;
  }

  get full(): boolean {
    return this.#clients.size >= MAX_CLIENTS;
  }

  /** Sends `first`, made by `eventText`, and from now on what is sent to all. */
  add(stream: EventStream, first: string): void {
    const client: Client = { stream, waitingSince: undefined };
    this.#clients.add(client);
    stream.once('close', () => this.#clients.delete(client));
    stream.on('drain', () => {
      client.waitingSince = undefined;
    });
    this.#write(client, first);
  }

  /** To all. Those who are slow miss events; those who read nothing for half a minute are cut off. */
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
