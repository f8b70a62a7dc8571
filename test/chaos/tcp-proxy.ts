import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const LOOPBACK = '127.0.0.1';

/** What the network does to connections, those that are there and new ones. */
export type Traffic =
  | { readonly kind: 'free' }
  /** Each way: bytes a second of each connection, and what a piece of data takes besides, milliseconds. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number; readonly latencyMs: number }
  /** Connections are reset, new ones at once. */
  | { readonly kind: 'cut' }
  /** Connections stay, and are accepted; whatever is sent gets lost. They are reset when this is over. */
  | { readonly kind: 'halfOpen' };

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  /** Bytes of it are lost: nothing can be made of what follows. */
  broken: boolean;
}

/** Passes TCP connections on to a port of this machine, as well as `traffic` lets it. */
export class TcpProxy {
  readonly #server: Server;
  readonly #target: () => number;
  readonly #pairs = new Set<Pair>();
  #traffic: Traffic = { kind: 'free' };

  private constructor(server: Server, target: () => number) {
    this.#server = server;
    this.#target = target;
    server.on('connection', client => void this.#accept(client));
  }

  /** Listens on `port` of the loopback interface. `target` is asked at each connection. */
  static async listen(port: number, target: () => number): Promise<TcpProxy> {
    const server = createServer({ noDelay: true });
    server.listen(port, LOOPBACK);
    await once(server, 'listening');
    return new TcpProxy(server, target);
  }

  get traffic(): Traffic {
    return this.#traffic;
  }

  set traffic(traffic: Traffic) {
    this.#traffic = traffic;
    for (const pair of this.#pairs) {
      if (traffic.kind === 'halfOpen') pair.broken = true;
      else if (traffic.kind === 'cut' || pair.broken) reset(pair);
    }
  }

  async close(): Promise<void> {
    for (const pair of this.#pairs) reset(pair);
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  async #accept(client: Socket): Promise<void> {
    client.on('error', () => undefined);
    if (this.#traffic.kind === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ port: this.#target(), host: LOOPBACK, noDelay: true });
    upstream.on('error', () => undefined);
    const pair: Pair = { client, upstream, broken: this.#traffic.kind === 'halfOpen' };
    this.#pairs.add(pair);
    await Promise.allSettled([this.#pump(pair, client, upstream), this.#pump(pair, upstream, client)]);
    this.#pairs.delete(pair);
  }

  /** Ends both when one has ended: Kafka knows no half of a connection. */
  async #pump(pair: Pair, from: Socket, to: Socket): Promise<void> {
    try {
      for await (const data of from as AsyncIterable<Buffer>) {
        if (this.#traffic.kind === 'slow') {
          const { bytesPerSecond, latencyMs } = this.#traffic;
          await delay(latencyMs + (data.length / bytesPerSecond) * 1000);
        }
        if (pair.broken) continue;
        if (!to.write(data)) await once(to, 'drain');
      }
    } finally {
      from.destroy();
      to.destroy();
    }
  }
}

function reset({ client, upstream }: Pair): void {
  client.resetAndDestroy();
  upstream.resetAndDestroy();
}
