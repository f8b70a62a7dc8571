import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Registry } from 'prom-client';
import { bindServer, type HttpServer } from '../../streams/http/http-server.js';
import type { KafkaStreams } from '../../streams/index.js';
import { MemoryStateDirectory } from '../../streams/testing/memory-state-directory.js';
import { GLOBAL_STORE, GLOBAL_TOPIC, GlobalApplication } from '../runtime/global/global-application.js';
import { recordingLogger } from './served.js';

const EPOCH = '1970-01-01T00:00:00.000Z';

describe('a global store over HTTP', () => {
  let app: GlobalApplication;
  const servers: HttpServer[] = [];

  beforeEach(() => {
    app = new GlobalApplication();
    app.createTopics();
  });

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    await app.close();
  });

  /** A process that serves; the address of another one is not known to it. */
  async function serving(instance: string): Promise<{ readonly streams: KafkaStreams; readonly at: string }> {
    const registry = new Registry();
    const server = await bindServer({ host: '127.0.0.1', port: 0, registry, logger: recordingLogger([]) });
    servers.push(server);
    const directory = new MemoryStateDirectory(instance);
    const topology = app.topology();
    const options = { applicationServer: `127.0.0.1:${server.port}` };
    const streams = app.create(options, { takeDirectory: async () => directory }, topology);
    server.attach({ streams, topology: topology.describe() });
    streams.start();
    await app.until(() => streams.state === 'RUNNING');
    return { streams, at: `http://127.0.0.1:${server.port}` };
  }

  const json = async (url: string): Promise<unknown> => (await fetch(url)).json();

  it('is answered by each process from its own copy', async () => {
    app.name('a', 'x');
    app.name('b', 'y', 1);
    for (const { at } of [await serving('one'), await serving('other')]) {
      assert.deepEqual(await json(`${at}/stores/${GLOBAL_STORE}/b`), { key: 'b', value: 'y', timestamp: EPOCH });
      const page = {
        entries: [
          { key: 'a', value: 'x', timestamp: EPOCH },
          { key: 'b', value: 'y', timestamp: EPOCH },
        ],
        next: null,
      };
      assert.deepEqual(await json(`${at}/stores/${GLOBAL_STORE}`), page);
      assert.equal((await fetch(`${at}/stores/${GLOBAL_STORE}/c`)).status, 404);
      const host = at.slice('http://'.length);
      assert.deepEqual(await json(`${at}/stores`), {
        stores: [{ name: GLOBAL_STORE, kind: 'keyValue', partitions: [{ partition: 0, host, local: true }] }],
      });
    }
  });

  it('is in the status and in the description of the topology', async () => {
    app.name('a', 'x');
    const { at } = await serving('one');
    const { globalStores } = (await json(`${at}/status`)) as KafkaStreams['status'];
    assert.deepEqual(globalStores, [
      { store: GLOBAL_STORE, topic: GLOBAL_TOPIC, state: 'RUNNING', remaining: 0, records: 1, dropped: 0, failed: 0 },
    ]);
    const topology = await (await fetch(`${at}/topology`)).text();
    assert.match(topology, /Sub-topology: 1 for global store \(will not generate tasks\)/);
  });
});
