import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { HistoryEvent, Snapshot, TopologyEvent } from '../../monitor/snapshot.js';
import { CHECKOUT } from '../broker/checkout.js';

const VENDOR: Readonly<Record<string, string>> = {
  'uPlot.esm.js': 'uplot/dist/uPlot.esm.js',
  'uPlot.min.css': 'uplot/dist/uPlot.min.css',
  'dagre.esm.js': '@dagrejs/dagre/dist/dagre.esm.js',
};
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Serves the page as the monitor does, and plays the events that a test hands to it. On loopback, at a free port. */
export class PageFixture {
  /** Sent to each page that connects, before the last snapshot. */
  topology: TopologyEvent = { description: null };
  history: HistoryEvent = { at: [], produced: [], processed: [], lag: [] };
  /** Answered to `/events` instead of the stream, if set: as a proxy does whose monitor is away. */
  refuse: number | undefined;
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  #snapshot: Snapshot | undefined;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(): Promise<PageFixture> {
    const fixture = new PageFixture();
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
    const name = request.url === '/' ? 'index.html' : (request.url ?? '').slice(1);
    if (name === 'events') return this.#stream(response);
    const vendor = name.startsWith('vendor/') ? VENDOR[name.slice('vendor/'.length)] : undefined;
    const type = TYPES[path.extname(name)];
    if (type === undefined || !/^(vendor\/)?[\w.-]+$/.test(name)) {
      response.writeHead(404).end();
      return;
    }
    const file = vendor === undefined ? path.join('monitor', 'page', name) : path.join('node_modules', vendor);
    const bytes = await readFile(path.join(CHECKOUT, file)).catch(() => undefined);
    if (bytes === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': type, 'content-security-policy': "default-src 'self'" }).end(bytes);
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
