import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Asset, readPageAssets } from '../../../monitor/page-assets.js';
import { HEADERS } from '../../../monitor/routes.js';
import type { HistoryEvent, Snapshot, TopologyEvent } from '../../../monitor/snapshot.js';

/** Serves the page as the monitor does, and plays the events that a test hands to it. On loopback, at a free port. */
export class PageFixture {
  /** Sent to each page that connects, before the last snapshot. */
  topology: TopologyEvent = { description: null };
  history: HistoryEvent = { at: [], produced: [], processed: [], lag: [] };
  /** Answered to `/events` instead of the stream, if set: as a proxy does whose monitor is away. */
  refuse: number | undefined;
  /** What a process answers to a query of stores, by path and query string. */
  stores: (path: string) => Response | Promise<Response> = () => Response.json({ stores: [] });
  /** The queries of stores that came. */
  readonly asked: string[] = [];
  readonly #assets: ReadonlyMap<string, Asset>;
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  #snapshot: Snapshot | undefined;

  private constructor(assets: ReadonlyMap<string, Asset>) {
    this.#assets = assets;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<PageFixture> {
    const fixture = new PageFixture(await readPageAssets());
    fixture.#server.listen(0, '127.0.0.1');
    await once(fixture.#server, 'listening');
    return fixture;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Pages that are connected. */
  get connected(): number {
    return this.#streams.size;
  }

  snapshot(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.event('snapshot', JSON.stringify(snapshot));
  }

  event(name: string, data: string): void {
    for (const stream of this.#streams) stream.write(`event: ${name}\ndata: ${data}\n\n`);
  }

  /** Drops the connections of all pages; they may come back. */
  breakStreams(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  async stop(): Promise<void> {
    this.breakStreams();
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '/' } = request;
    const { pathname } = new URL(url, this.origin);
    const asset = this.#assets.get(pathname);
    if (pathname === '/events') this.#stream(response);
    else if (/^\/stores(\/|$)/.test(pathname)) {
      this.asked.push(url);
      const answer = await this.stores(url);
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    } else if (asset === undefined) response.writeHead(404).end();
    else response.writeHead(200, { ...HEADERS, 'content-type': asset.type }).end(asset.body);
  }

  #stream(response: ServerResponse): void {
    if (this.refuse !== undefined) {
      response.writeHead(this.refuse).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 100\n\n');
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
    response.write(`event: topology\ndata: ${JSON.stringify(this.topology)}\n\n`);
    response.write(`event: history\ndata: ${JSON.stringify(this.history)}\n\n`);
    if (this.#snapshot !== undefined) response.write(`event: snapshot\ndata: ${JSON.stringify(this.#snapshot)}\n\n`);
  }
}
