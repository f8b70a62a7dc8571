import { afterEach, beforeEach, describe, it } from 'mocha';
import { Serdes, StreamsBuilder, type Topology } from '../../../streams/index.js';
import { partitionFor } from '../../../streams/kafka/partitioner.js';
import { NO_HEADERS } from '../../../streams/kafka/record.js';
import { TestApplication } from '../test-application.js';

const KEYS = Array.from({ length: 40 }, (_, i) => `key ${i}`);

describe('topics with different numbers of partitions', () => {
  let app: TestApplication;

  beforeEach(() => {
    app = new TestApplication();
    app.cluster.createTopic('six', 6);
    app.cluster.createTopic('four', 4);
    app.cluster.createTopic('out', 1);
  });

  afterEach(() => app.close());

  function send(topic: string, partitions: number, key: string, value: string): void {
    const bytes = Buffer.from(key);
    const record = { key: bytes, value: Buffer.from(JSON.stringify(value)), timestamp: 0, headers: NO_HEADERS };
    app.cluster.log(topic, partitionFor(bytes, partitions)).append(record, undefined);
  }

  async function counted(topology: Topology, expected: (key: string) => number): Promise<void> {
    const streams = app.start({}, topology);
    await app.until(() => streams.state === 'RUNNING');
    const counts = streams.store<string, number>('counts', 'keyValue');
    const get = (key: string): Promise<number | null> => counts.get(key).catch(() => null);
    await app.until(async () => {
      for (const key of KEYS) if ((await get(key)) !== expected(key)) return false;
      return true;
    });
  }

  it('meet in a store by key: a repartition moves the records of one to the partitions of the other', async () => {
    const builder = new StreamsBuilder();
    const moved = builder
      .stream<string, string>('six')
      .selectKey((_key, value) => value)
      .repartition({ name: 'moved', keySerde: Serdes.string() });
    builder.stream<string, string>('four').merge(moved).groupByKey().count({ as: 'counts' });
    for (const [i, key] of KEYS.entries()) {
      send('four', 4, key, 'of four');
      for (let n = 0; n < i % 3; n++) send('six', 6, `other ${i} ${n}`, key);
    }
    await counted(builder.build(), key => 1 + (KEYS.indexOf(key) % 3));
  });

  it('may be in one sub-topology where no store meets both: a store is found by the partitions of its own', async () => {
    const builder = new StreamsBuilder();
    const four = builder.stream<string, string>('four');
    four.groupByKey().count({ as: 'counts' });
    four.merge(builder.stream<string, string>('six')).to('out');
    for (const key of KEYS) {
      send('four', 4, key, 'of four');
      send('six', 6, key, 'of six');
    }
    await counted(builder.build(), () => 1);
    await app.until(() => app.output('out').length === 2 * KEYS.length);
  });
});
