import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { pino } from 'pino';
import { KafkaStreams, rdKafkaPorts, Serdes, StreamsBuilder, type StreamsState } from 'tributary';
import { DeliveryProducer } from 'tributary/kafka';
import { parseArguments } from '../command/arguments.js';
import { kafkaAvailable, startKafka } from '../test/broker/kafka-broker.js';
import { createTopic } from '../test/broker/topics.js';
import { positive } from './numbers.js';

const INPUT = 'restore-input';
const APPLICATION = 'restore-bench';
const WATCH_EVERY_MS = 2;

const { entries, rounds } = parseArguments(
  new Command('npm run bench:restore --')
    .description('How long a task takes to be ready: with its directory there, and restored from its changelog')
    .option('--entries <n>', 'entries of the store, one partition', positive, 1_000_000)
    .option('--rounds <n>', 'of each', positive, 3),
).opts<{ entries: number; rounds: number }>();

const available = kafkaAvailable();
if (!available.available) {
  process.stderr.write(`no benchmark without a broker: ${available.reason}\n`);
  process.exit(1);
}
const broker = await startKafka();
const stateDir = await mkdtemp(path.join(tmpdir(), 'tributary-restore-'));
try {
  await createTopic(broker.address, INPUT, 1);
  await load();
  const filled = await run();
  print(`${entries} entries written in ${seconds(filled.ms)} s`);
  for (let round = 1; round <= rounds; round++) {
    const kept = await run();
    print(`ready with its directory: ${seconds(kept.readyMs)} s, ${kept.replayed} changelog records replayed`);
    await deleteTasks();
    const restored = await run();
    const rate = Math.round((restored.replayed / restored.restoringMs) * 1000);
    print(
      `restored from zero: ready after ${seconds(restored.readyMs)} s, of which the restore took ${seconds(restored.restoringMs)} s: ${restored.replayed} records, ${rate} a second`,
    );
  }
} finally {
  await broker.stop();
  await rm(stateDir, { recursive: true, force: true });
}

async function load(): Promise<void> {
  const producer = new DeliveryProducer({ cluster: { brokers: broker.address, clientId: 'load' } });
  await producer.connect();
  for (let i = 0; i < entries; i++) {
    const key = Buffer.from(`user${i}@example.com`);
    while (!producer.send(INPUT, key, Buffer.from('1'), Date.now())) await producer.drained();
  }
  await producer.flush();
  await producer.close();
  if (producer.counts.delivered !== entries) throw new Error(`${producer.counts.delivered} delivered of ${entries}`);
}

/** Starts the application, lets it process what there is, and closes it. */
async function run(): Promise<{ readyMs: number; restoringMs: number; ms: number; replayed: number }> {
  const builder = new StreamsBuilder();
  builder.stream(INPUT, { keySerde: Serdes.string(), valueSerde: Serdes.bytes() }).groupByKey().count({ as: 'counts' });
  let replayed = 0;
  let readyAt = 0;
  const logger = pino({ level: 'warn' }, pino.destination(2));
  const streams = new KafkaStreams(
    builder.build(),
    { applicationId: APPLICATION, stateDir },
    {
      ports: rdKafkaPorts({ brokers: broker.address, clientId: APPLICATION }, logger),
      logger,
      onRestore: ({ batch }) => {
        replayed += batch;
      },
      onStateChange: (state: StreamsState) => {
        if (state === 'RUNNING' && readyAt === 0) readyAt = performance.now();
      },
    },
  );
  const startedAt = performance.now();
  let restoringAt = Number.NaN;
  const watch = setInterval(() => {
    if (Number.isNaN(restoringAt) && streams.tasks.length > 0) restoringAt = performance.now();
  }, WATCH_EVERY_MS);
  streams.start();
  await streams.drain();
  const ms = performance.now() - startedAt;
  clearInterval(watch);
  await streams.close();
  return { readyMs: readyAt - startedAt, restoringMs: readyAt - restoringAt, ms, replayed };
}

async function deleteTasks(): Promise<void> {
  const slot = path.join(stateDir, APPLICATION, '0');
  for (const name of await readdir(slot)) {
    if (name !== 'instance') await rm(path.join(slot, name), { recursive: true, force: true });
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
