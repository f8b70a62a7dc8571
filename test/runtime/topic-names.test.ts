import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type KafkaStreams, Serdes, StreamsBuilder, type Topology } from '../../streams/index.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { TestApplication } from './test-application.js';

/** What every object of JavaScript has, or what sets something else of it. */
const NAMES = ['constructor', 'toString', '__proto__'];

describe('topics that are called as what every object has', () => {
  let app: TestApplication;

  beforeEach(() => {
    app = new TestApplication();
    for (const name of NAMES) app.cluster.createTopic(name, 1);
  });

  afterEach(() => app.close());

  function send(records: number): void {
    for (const name of NAMES) {
      for (let sent = 0; sent < records; sent++) {
        const record = { key: Buffer.from('key'), value: Buffer.from(name), timestamp: 0, headers: NO_HEADERS };
        app.cluster.log(name, 0).append(record, undefined);
      }
    }
  }

  const count = (streams: KafkaStreams, where: 'in' | 'out', name: string): unknown =>
    streams.tasks
      .map(({ counts }) => new Map(Object.entries(counts[where])).get(name))
      .find(records => records !== undefined);

  it('are counted as others are, and so after a restart', async () => {
    for (const total of [2, 4]) {
      const streams = app.start({}, copying());
      send(2);
      await app.until(() => NAMES.every(name => app.cluster.committedOffset(name, 0) >= total));
      await app.until(() => streams.state === 'RUNNING' && streams.tasks.length > 0);
      for (const name of NAMES) assert.deepEqual([count(streams, 'in', name), name], [total, name]);
      await streams.close();
    }
  });
});

/** Copies each record to the topic that its value names. */
function copying(): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream<string, string>(NAMES, { valueSerde: Serdes.string(), dropNullValues: true })
    .filter(() => false)
    .to((_key, value) => value, { valueSerde: Serdes.string() });
  return builder.build();
}
