import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KafkaStreams, Serdes, StreamsBuilder, type StreamsOptions, type Topology } from '../../streams/index.js';
import { DeliveryProducer } from '../../streams/kafka/delivery-producer.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { readAll } from '../broker/read-all.js';
import { createTopic, deleteTopics, topicPartitions } from '../broker/topics.js';
import { describeOnBroker } from './on-broker.js';
import { until } from './until.js';

const WITHIN_MS = 40_000;
const PREFIX = 'recreated-';

describeOnBroker(
  'an input topic that is deleted, created again and filled, on a real broker',
  { timeoutMs: 120_000 },
  broker => {
    let stateDir: string;
    let producer: DeliveryProducer;

    before(async () => {
      stateDir = await mkdtemp(path.join(tmpdir(), PREFIX));
    });

    after(async () => {
      const ours = [...(await topicPartitions(broker.address)).keys()].filter(topic => topic.startsWith(PREFIX));
      await deleteTopics(broker.address, ours);
      await rm(stateDir, { recursive: true });
    });

    beforeEach(async () => {
      producer = new DeliveryProducer({ cluster: { brokers: broker.address, clientId: 'test' } });
      await producer.connect();
    });

    afterEach(() => producer.close());

    /** An application that counts the records of its input, three of which it has counted. */
    async function counting(name: string, options: Partial<StreamsOptions> = {}) {
      const [input, output] = [`${PREFIX}${name}-in`, `${PREFIX}${name}-out`];
      const warnings: string[] = [];
      const warn = (text: string): void => void warnings.push(text);
      const logger = { debug() {}, info() {}, warn, error: warn };
      const ports = rdKafkaPorts({ brokers: broker.address, clientId: 'test' }, logger);
      const start = (): KafkaStreams => {
        const streams = new KafkaStreams(
          counts(input, output),
          { applicationId: `${PREFIX}${name}`, stateDir, ...options },
          { ports, logger },
        );
        streams.start();
        return streams;
      };
      const send = async (records: number): Promise<void> => {
        for (let sent = 0; sent < records; sent++) producer.send(input, 'key', Buffer.from('1'), Date.now());
        await producer.flush();
      };
      const counted = (total: number) =>
        until(
          `${total} are counted`,
          WITHIN_MS,
          async () => (await readAll(broker.address, output)).map(({ value }) => Number(value)).at(-1),
          last => last === total,
        );
      const fillAgain = async (records: number, whenDeleted = async (): Promise<void> => {}): Promise<void> => {
        await deleteTopics(broker.address, [input]);
        await whenDeleted();
        await createTopic(broker.address, input, 1);
        // A client that knew the topic before may go by what it knew.
        await producer.close();
        producer = new DeliveryProducer({ cluster: { brokers: broker.address, clientId: 'test' } });
        await producer.connect();
        await send(records);
      };
      await createTopic(broker.address, input, 1);
      await createTopic(broker.address, output, 1);
      const streams = start();
      await send(3);
      await counted(3);
      return { streams, start, send, counted, fillAgain, warnings };
    }

    for (const [name, options] of [
      ['exactly-once', {}],
      ['at-least-once', { processingGuarantee: 'at_least_once', commitInterval: 100 }],
      ['consumer-protocol', { groupProtocol: 'consumer' }],
    ] as const) {
      it(`is read from its oldest record by an application that runs (${name})`, async () => {
        const { streams, send, counted, fillAgain, warnings } = await counting(name, options);
        try {
          await fillAgain(7, async () => {
            await until(
              'the log says that the topic is gone',
              WITHIN_MS,
              async () => warnings.join('; '),
              text => text.includes(`topic ${PREFIX}${name}-in can't be read: Broker: Unknown topic or partition`),
            );
          });
          await counted(10);
          await send(1);
          await counted(11);
          assert.match(warnings.join('; '), new RegExp(`topic ${PREFIX}${name}-in was deleted and created again`));
        } finally {
          await streams.close();
        }
      });
    }

    it('is read from its oldest record by an application that was off', async () => {
      const { streams, start, counted, fillAgain, warnings } = await counting('off');
      await streams.close();
      await fillAgain(7);
      const again = start();
      try {
        await counted(10);
        assert.match(warnings.join('; '), /topic recreated-off-in is not the one .* has read up to 3/);
      } finally {
        await again.close();
      }
    });
  },
);

function counts(input: string, output: string): Topology {
  const builder = new StreamsBuilder();
  const counted = builder.stream<string, number>(input).groupByKey().count({ as: 'counts' });
  counted.toStream().to(output, { valueSerde: Serdes.json<number | null>() });
  return builder.build();
}
