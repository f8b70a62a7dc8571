import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, it } from 'mocha';
import { Counter, Registry } from 'prom-client';
import { bindServer, type HttpServer } from '../../streams/http/http-server.js';
import { recordingLogger, served } from './served.js';

describe('HTTP server of a process', () => {
  const servers: HttpServer[] = [];

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  async function bind(options: { readonly port?: number; readonly registry?: Registry } = {}): Promise<HttpServer> {
    const { port = 0, registry = new Registry() } = options;
    const server = await bindServer({ host: '127.0.0.1', port, registry, logger: recordingLogger([]) });
    servers.push(server);
    return server;
  }

  it('knows its port before there is an application, and serves one when it comes', async () => {
    const server = await bind();
    assert.ok(server.port > 0);
    const at = `http://127.0.0.1:${server.port}`;
    assert.equal((await fetch(`${at}/healthz`)).status, 200);
    assert.equal((await fetch(`${at}/status`)).status, 503);
    server.attach(served());
    assert.equal((await fetch(`${at}/status`)).status, 200);
    assert.equal((await fetch(`${at}/readyz`, { method: 'HEAD' })).status, 200);
  });

  it('refuses a port that is in use', async () => {
    const { port } = await bind();
    await assert.rejects(bind({ port }), { code: 'EADDRINUSE' });
  });

  it('answers 400 to what is no HTTP request, and 4xx to headers without end', async () => {
    const { port } = await bind();
    assert.match(await raw(port, 'nonsense\r\n\r\n'), /^HTTP\/1\.1 400 /);
    assert.match(await raw(port, 'GET /healthz HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 /);
    assert.match(await raw(port, 'GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n'), /^HTTP\/1\.1 400 /);
    assert.match(await raw(port, `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`), /^HTTP\/1\.1 4(14|31) /);
    assert.match(await raw(port, 'GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n'), /^HTTP\/1\.1 400 /);
    assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
  });

  it('answers 403 to whoever asks under a name that is not allowed, as a page does whose name was bound to this address', async () => {
    const server = await bindServer({
      host: '127.0.0.1',
      port: 0,
      registry: new Registry(),
      logger: recordingLogger([]),
      allowedHosts: ['topology-1:8081'],
    });
    servers.push(server);
    server.attach(served());
    const ask = (path: string, host: string): Promise<string> =>
      raw(server.port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    for (const path of ['/healthz', '/readyz', '/metrics', '/status', '/topology', '/stores', '/elsewhere']) {
      const answer = await ask(path, 'evil.example:8081');
      assert.match(answer, /^HTTP\/1\.1 403 /, path);
      assert.match(answer, /\{"error":"[^"]*evil\.example[^"]*HTTP_ALLOWED_HOSTS[^"]*"\}/);
    }
    for (const host of ['localhost', `127.0.0.1:${server.port}`, '[::1]:1', '10.1.2.3', 'topology-1']) {
      assert.match(await ask('/status', host), /^HTTP\/1\.1 200 /, host);
    }
    const absolute = `GET http://localhost/status HTTP/1.1\r\nHost: evil.example\r\n\r\n`;
    assert.doesNotMatch(await raw(server.port, absolute), /^HTTP\/1\.1 200 /);
  });

  it('answers a probe of HTTP/1.0, which names no host', async () => {
    const { port } = await bind();
    assert.match(await raw(port, 'GET /healthz HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 /);
  });

  it('does not wait for the body of a request that has no use for one', async () => {
    const server = await bind();
    server.attach(served());
    const sent = request({ port: server.port, host: '127.0.0.1', path: '/status', method: 'POST' });
    sent.write('x'.repeat(100_000));
    const [response] = await once(sent, 'response');
    assert.equal(response.statusCode, 405);
    response.resume();
    sent.on('error', () => {});
    sent.destroy();
  });

  it('closes with idle connections open', async () => {
    const server = await bind();
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    await fetch(`http://127.0.0.1:${server.port}/healthz`);
    const startedAt = Date.now();
    await server.close();
    assert.ok(Date.now() - startedAt < 2000);
    socket.destroy();
    await assert.rejects(fetch(`http://127.0.0.1:${server.port}/healthz`));
  });

  it('breaks off a request that does not end within a second of closing', async () => {
    const registry = new Registry();
    let asked = (): void => {};
    const pending = new Promise<void>(resolve => {
      asked = resolve;
    });
    new Counter({
      name: 'slow_total',
      help: 'Never collected',
      registers: [registry],
      collect: async () => {
        asked();
        await new Promise(() => {});
      },
    });
    const server = await bind({ registry });
    server.attach(served());
    const scrape = assert.rejects(fetch(`http://127.0.0.1:${server.port}/metrics`));
    await pending;
    const startedAt = Date.now();
    await server.close();
    assert.ok(Date.now() - startedAt < 2000);
    await scrape;
  });

  it('can be closed twice', async () => {
    const server = await bind();
    await Promise.all([server.close(), server.close()]);
    await server.close();
  });
});

/** Everything that the server answers to these bytes until it ends the connection. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', chunk => {
    answer += String(chunk);
    if (answer.includes('\r\n\r\n')) socket.end();
  });
  socket.on('error', () => {});
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}
