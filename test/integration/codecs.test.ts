import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import kafka from 'node-rdkafka';
import { Registry } from 'prom-client';
import { routes } from '../../streams/http/routes.js';
import { KafkaStreams, Serdes, StreamsBuilder } from '../../streams/index.js';
import { FETCHERS, type FetcherName } from '../../streams/kafka/client-config.js';
import type { Ports } from '../../streams/kafka/ports.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { readTopic } from '../../streams/kafka/topic-reader.js';
import { AllowedHosts } from '../../streams/network/allowed-hosts.js';
import { CODECS, type Codec, produceByJava } from '../broker/console-producer.js';
import { readAll } from '../broker/read-all.js';
import { createTopic, deleteTopics, topicPartitions } from '../broker/topics.js';
import { NO_STORES } from '../http/served.js';
import { describeOnBroker } from './on-broker.js';
import { until } from './until.js';

const WITHIN_MS = 30_000;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

const isReadable = (codec: Codec, fetcher: FetcherName): boolean =>
  fetcher === 'tributary' || codec === 'none' || kafka.features.includes(codec);
const UNREADABLE = CODECS.filter(codec => !isReadable(codec, 'librdkafka'));

/** Values that a codec makes smaller: Java writes a batch as it is if it would grow. */
const valuesOf = (codec: Codec): string[] => Array.from({ length: 20 }, (_, i) => `${codec}-${i}-${'a'.repeat(80)}`);

describeOnBroker(
  'codecs of batches that Java wrote, on a real broker',
  { timeoutMs: 90_000, needsJava: true },
  broker => {
    const portsWith = (fetcher: FetcherName): Ports =>
      rdKafkaPorts({ brokers: broker.address, clientId: 'test', fetcher }, silent);
    let ports: Ports;
    let stateDir: string;

    before(async () => {
      stateDir = await mkdtemp(path.join(tmpdir(), 'codecs-'));
      ports = portsWith('librdkafka');
    });

    after(async () => {
      const ours = [...(await topicPartitions(broker.address)).keys()].filter(topic => topic.startsWith('codecs-'));
      await deleteTopics(broker.address, ours);
      await rm(stateDir, { recursive: true });
    });

    for (const codec of CODECS) {
      describe(codec, () => {
        const topic = `codecs-${codec}`;

        before(async () => {
          await createTopic(broker.address, topic, 1);
          await produceByJava(broker.address, topic, codec, valuesOf(codec));
        });

        for (const fetcher of FETCHERS) {
          const isRead = isReadable(codec, fetcher);
          const what = isRead ? 'is read' : 'is refused with its place, codec and remedy: this build lacks it';
          it(`${what}, where ${fetcher} fetches`, async () => {
            const reading = readTopic(portsWith(fetcher), 'test', topic);
            if (isRead) {
              const values = (await reading).map(({ value }) => String(value));
              assert.deepEqual(values, valuesOf(codec));
            } else {
              const expected = new RegExp(
                `^${topic}-0 can't be read on from offset 0: .* ${codec}, .*; install lib${codec}-dev`,
              );
              await assert.rejects(reading, { name: 'KafkaClientError', message: expected });
            }
          });
        }
      });
    }

    if (UNREADABLE.length === 0) it.skip('a partition that waits at a batch: skipped: this build reads all codecs');
    for (const codec of UNREADABLE) {
      it(`a partition that waits at a batch of ${codec} makes the process not ready, and the other one goes on`, async () => {
        const [input, output] = ['codecs-in', 'codecs-out'];
        await createTopic(broker.address, input, 2);
        await createTopic(broker.address, output, 1);
        const send = async (value: string, partition: number): Promise<void> => {
          const producer = ports.producer({ clientId: 'test' });
          await producer.connect();
          producer.send(input, partition, null, Buffer.from(value), Date.now(), NO_HEADERS);
          await producer.flush();
          await producer.close();
        };
        // The console producer's own choice of the partition: one batch, in one of the two.
        await produceByJava(broker.address, input, codec, valuesOf(codec));
        const watcher = ports.consumer({ clientId: 'test', pollTimeoutMs: 10 });
        await watcher.connect();
        const end = (await watcher.partitionOffsets({ topic: input, partition: 0 })).high;
        await watcher.close();
        const [stuck, other] = end > 0 ? [0, 1] : [1, 0];
        const errors: string[] = [];
        const warnings: string[] = [];
        const logger = {
          ...silent,
          warn: (text: string) => void warnings.push(text),
          error: (text: string) => void errors.push(text),
        };
        const builder = new StreamsBuilder();
        builder
          .stream<string, string>(input, { valueSerde: Serdes.string() })
          .to(output, { valueSerde: Serdes.string() });
        const streams = new KafkaStreams(
          builder.build(),
          { applicationId: 'codecs-app', stateDir },
          {
            ports: rdKafkaPorts({ brokers: broker.address, clientId: 'app', fetcher: 'librdkafka' }, logger),
            logger,
          },
        );
        const app = routes({
          application: () => ({ streams: { status: streams.status, queries: NO_STORES }, topology: '' }),
          hosts: new AllowedHosts('localhost', []),
          registry: new Registry(),
          logger,
        });
        streams.start();
        try {
          const seen = await until(
            'it is reported',
            WITHIN_MS,
            async () => streams.status.unreadable,
            ({ length }) => length > 0,
          );
          assert.deepEqual(
            seen.map(({ topic, partition, offset }) => ({ topic, partition, offset })),
            [{ topic: input, partition: stuck, offset: 0 }],
          );
          assert.equal(seen[0]?.codec, codec);
          const reason = new RegExp(`${input}-${stuck} can't be read on from offset 0: .* ${codec}`);
          assert.ok(errors.some(text => reason.test(text)));
          const ready = await app.request('/readyz');
          assert.equal(ready.status, 503);
          assert.match(JSON.stringify(await ready.json()), reason);
          for (const value of ['1', '2', '3']) {
            await send(value, other);
            await until(
              `${value} is processed`,
              WITHIN_MS,
              async () => (await readAll(broker.address, output)).map(record => String(record.value)),
              values => values.includes(value),
            );
          }
          assert.deepEqual(
            warnings.filter(text => /abort/.test(text)),
            [],
          );
          assert.equal(streams.status.unreadable.length, 1);
        } finally {
          await streams.close();
        }
      });
    }
  },
);
