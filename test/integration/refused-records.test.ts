import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type ErrorHandler,
  KafkaStreams,
  type ProcessingGuarantee,
  rdKafkaPorts,
  resumeOnError,
  Serdes,
  StreamsBuilder,
  type StreamsOptions,
  type Topology,
} from '../../streams/index.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { readAll } from '../broker/read-all.js';
import { createTopic, deleteTopics, topicPartitions } from '../broker/topics.js';
import { describeOnBroker } from './on-broker.js';
import { until } from './until.js';

const INPUT = 'refused-in';
/** It takes records of a thousand bytes. */
const OUTPUT = 'refused-out';
const DEAD = 'refused-dead';
const MISSING = 'refused-missing';
const TEXT = { valueSerde: Serdes.string() };
const THREE_HOURS_MS = 10_800_000;
const TAKES_MS = 60_000;

describeOnBroker('records that a real broker refuses', { timeoutMs: 180_000 }, broker => {
  let stateDir: string;
  let warnings: string[];
  let streams: KafkaStreams | undefined;
  beforeEach(async () => {
    warnings = [];
    stateDir = await mkdtemp(path.join(tmpdir(), 'tributary-refused-test-'));
    await createTopic(broker.address, INPUT, 1);
    await createTopic(broker.address, OUTPUT, 1, { 'max.message.bytes': '1000' });
  });

  afterEach(async () => {
    await streams?.close().catch(() => {});
    streams = undefined;
    const topics = [...(await topicPartitions(broker.address)).keys()];
    await deleteTopics(
      broker.address,
      topics.filter(topic => topic.startsWith('refused-') || topic.startsWith(applicationId())),
    );
    await rm(stateDir, { recursive: true, force: true });
  });

  const applicationId = (): string => path.basename(stateDir);

  const start = (options: Partial<StreamsOptions>): KafkaStreams => {
    const warn = (message: string): void => void warnings.push(message);
    const logger = { debug() {}, info() {}, warn, error: warn };
    const ports = rdKafkaPorts({ brokers: broker.address, clientId: applicationId() }, logger);
    const settings = { applicationId: applicationId(), stateDir, commitInterval: 100, ...options };
    streams = new KafkaStreams(obeying(), settings, { ports, logger });
    streams.start();
    return streams;
  };

  const send = async (...values: readonly string[]): Promise<void> => {
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const producer = rdKafkaPorts({ brokers: broker.address, clientId: 'test' }, logger).producer({ clientId: 'test' });
    await producer.connect();
    for (const value of values) {
      producer.send(INPUT, 0, Buffer.from('"k"'), Buffer.from(value), Date.now(), NO_HEADERS);
    }
    await producer.flush();
    await producer.close();
  };

  const valuesOf = async (topic: string): Promise<string[]> =>
    (await readAll(broker.address, topic)).map(({ value }) => String(value));

  for (const processingGuarantee of ['exactly_once_v2', 'at_least_once'] as const satisfies ProcessingGuarantee[]) {
    it(`go to the production handler and the dead letters, and all others are there, ${processingGuarantee}`, async () => {
      await createTopic(broker.address, DEAD, 1);
      const reasons: string[] = [];
      const productionExceptionHandler: ErrorHandler = ({ message }) => {
        reasons.push(message);
        return 'resume';
      };
      start({ processingGuarantee, productionExceptionHandler, deadLetterTopic: DEAD });
      await send('a', 'large 1', 'b', 'future 1', 'c', 'large 2', 'nowhere', 'd', 'future 2', 'e');
      const dead = await until(
        'all that is refused is dead',
        TAKES_MS,
        async () => [...new Set(await valuesOf(DEAD))].sort(),
        values => values.length >= 5,
      );
      assert.deepEqual(dead, ['future 1', 'future 2', 'large 1', 'large 2', 'nowhere']);
      await send('f');
      const out = await until(
        'all others are there',
        TAKES_MS,
        () => valuesOf(OUTPUT),
        values => values.includes('f'),
      );
      if (processingGuarantee === 'exactly_once_v2') assert.deepEqual(out, ['a', 'b', 'c', 'd', 'e', 'f']);
      else assert.deepEqual([...new Set(out)].sort(), ['a', 'b', 'c', 'd', 'e', 'f']);
      for (const reason of [/too large/, /invalid timestamp/, /refused-missing: unknown topic/]) {
        assert.ok(
          reasons.some(text => reason.test(text)),
          `${reason}: ${[...new Set(reasons)].join('; ')}`,
        );
      }
    });
  }

  it('are all of a batch that is too large for the topic, and none of them is lost', async () => {
    start({ productionExceptionHandler: () => 'fail' });
    const values = Array.from({ length: 60 }, (_, n) => `${n} ${noise(100, n)}`);
    await send(...values);
    const out = await until(
      'all are there',
      TAKES_MS,
      () => valuesOf(OUTPUT),
      seen => seen.length >= values.length,
    );
    assert.deepEqual(out, values);
    assert.match(
      warnings.join('; '),
      /the cluster refused \d+ records, the first one for refused-out: message size too/,
    );
  });

  it('stop the application with the topic and the reason where the handler says so', async () => {
    const running = start({});
    await send('a', 'large 1', 'b');
    await assert.rejects(running.stopped, /production failed at sink for refused-in-0@1: .*refused-out: message size/);
  });

  it('stop the application with the name of the topic if they are dead letters that can not be kept', async () => {
    const running = start({ deserializationExceptionHandler: resumeOnError, deadLetterTopic: MISSING });
    await send('unreadable');
    await assert.rejects(running.stopped, /dead letter can't be kept in refused-missing: .*unknown topic/);
  });

  it('do not let offsets pass with at_least_once: what was not delivered is processed again', async () => {
    const running = start({ processingGuarantee: 'at_least_once' });
    await send('a', 'large 1', 'b');
    await assert.rejects(running.stopped, /message size too large/);
    await send('c');
    start({ processingGuarantee: 'at_least_once', productionExceptionHandler: resumeOnError });
    await until(
      'all others are there',
      TAKES_MS,
      () => valuesOf(OUTPUT),
      values => ['a', 'b', 'c'].every(value => values.includes(value)),
    );
  });
});

/** Does with a record what its value says. */
function obeying(): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream<string, string>(INPUT, {
      valueSerde: { ...TEXT.valueSerde, deserialize: readable },
      timestampExtractor: ({ timestamp }, value) =>
        String(value).startsWith('future') ? timestamp + THREE_HOURS_MS : timestamp,
      dropNullValues: true,
    })
    .mapValues(value => (value.startsWith('large') ? `${value} ${noise(3000)}` : value))
    .to((_key, value) => (value === 'nowhere' ? MISSING : OUTPUT), { name: 'sink', ...TEXT });
  return builder.build();
}

function readable(bytes: Buffer): string {
  const text = bytes.toString();
  if (text === 'unreadable') throw new SyntaxError('unreadable');
  return text;
}

/** Always the same, and not to be compressed by much. */
function noise(length: number, seed = 0): string {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return String.fromCharCode(33 + ((state >>> 16) % 90));
  }).join('');
}
