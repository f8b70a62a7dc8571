import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Traffic } from './tcp-proxy.js';

/** A proxy on `port` of the loopback interface, which passes connections on to `target`. */
export interface Route {
  readonly port: number;
  readonly target: number;
}

/** What the thread is told. */
export type Order = { readonly kind: 'traffic'; readonly proxy: number; readonly traffic: Traffic } | { kind: 'close' };

/** What can be done to the connections of one process. */
export interface Connections {
  /** See `TcpProxy.traffic`. */
  disturb(traffic: Traffic): void;
}

/**
 * Proxies on a thread of their own. This one is busy for seconds when it computes what must come out, and a process
 * whose heartbeats wait for that would lose its place in the group.
 */
export class ProxyThread {
  readonly proxies: readonly Connections[];
  readonly #worker: Worker;

  private constructor(worker: Worker, routes: readonly Route[]) {
    this.#worker = worker;
    this.proxies = routes.map((_, proxy) => ({ disturb: traffic => this.#tell({ kind: 'traffic', proxy, traffic }) }));
  }

  /** Resolves when all proxies listen. */
  static async start(routes: readonly Route[]): Promise<ProxyThread> {
    const worker = new Worker(new URL('./proxy-worker.js', import.meta.url), { workerData: routes });
    await once(worker, 'message');
    return new ProxyThread(worker, routes);
  }

  async close(): Promise<void> {
    const ended = once(this.#worker, 'exit');
    this.#tell({ kind: 'close' });
    await ended;
  }

  #tell(order: Order): void {
    this.#worker.postMessage(order);
  }
}
