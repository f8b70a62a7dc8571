import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DeliveryProducer } from '../../../streams/kafka/delivery-producer.js';
import { type GuardedProcess, spawnGuarded } from '../../broker/guarded-process.js';
import { readEach } from '../../broker/read-all.js';
import { createTopic } from '../../broker/topics.js';
import { Differences } from '../differences.js';
import type { Scenario } from './scenario.js';
import { NEW_TOPIC, OLD_TOPIC, OUT_TOPIC } from './two-sources-topics.js';

const PARTITIONS = 2;
const KEYS = 1000;
const VALUE_BYTES = 300;
const STEP_MS = 2;
const CHECK_EVERY_MS = 500;
const DONE_WITHIN_MS = 180_000;
const LOG_END = 2000;
/** Where the newer topic begins, of the older one's time. */
const OVERLAP = 0.75;

interface MergingProcess {
  readonly process: GuardedProcess;
  readonly logFile: string;
}

/** A task has to hold back the newer topic until it has come so far in the older one, and may not have it in memory meanwhile. */
export const twoSources: Scenario = {
  description: 'a process that is killed once merges two topics, one far ahead of the other: in the order of time',
  users: 400_000,
  run: async stage => {
    const { address } = stage.cluster.broker;
    const records = Math.floor(stage.users / 2);
    for (const topic of [OLD_TOPIC, NEW_TOPIC, OUT_TOPIC]) await createTopic(address, topic, PARTITIONS);
    const begin = Date.now() - records * STEP_MS * 2;
    await fill(address, OLD_TOPIC, records, begin);
    // Odd: no two timestamps are the same.
    await fill(address, NEW_TOPIC, records, begin + Math.floor(records * OVERLAP) * STEP_MS + 1);
    const directory = await mkdtemp(path.join(tmpdir(), 'tributary-two-sources-'));
    try {
      const first = await start(address, directory, 'first');
      await until(async () => (await outCount(address)) >= records / 4, first);
      first.process.signal('SIGKILL');
      await first.process.exited;
      const second = await start(address, directory, 'second');
      await until(async () => (await outCount(address)) >= 2 * records, second);
      second.process.signal('SIGTERM');
      const status = await second.process.exited;
      if (status !== 0) stage.fail(`the process ended with ${status}`);
      const memory = /most memory \d+ MB/.exec(await readFile(second.logFile, 'utf8'))?.[0];
      stage.report(`${2 * records} records of ${VALUE_BYTES} bytes in ${PARTITIONS} partitions; ${memory}`);
      for (const text of await verify(address)) stage.fail(text);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
};

async function fill(brokers: string, topic: string, records: number, begin: number): Promise<void> {
  const producer = new DeliveryProducer({ cluster: { brokers, clientId: 'chaos-input' } });
  await producer.connect();
  try {
    for (let number = 0; number < records; number++) {
      const value = Buffer.from(`${topic} ${number} `.padEnd(VALUE_BYTES, '.'));
      while (!producer.send(topic, `key-${number % KEYS}`, value, begin + number * STEP_MS)) await producer.drained();
    }
    await producer.flush();
    const { sent, delivered, firstError } = producer.counts;
    if (delivered !== sent) throw new Error(`${delivered} of ${sent} records were delivered: ${firstError}`);
  } finally {
    await producer.close();
  }
}

async function start(brokers: string, directory: string, name: string): Promise<MergingProcess> {
  const logFile = path.join(directory, `${name}.log`);
  const program = fileURLToPath(new URL('./two-sources-process.js', import.meta.url));
  const started = await spawnGuarded(process.execPath, [program], {
    env: {
      ...process.env,
      KAFKA_BROKERS: brokers,
      APPLICATION_ID: path.basename(directory),
      STATE_DIR: path.join(directory, 'state'),
    },
    logFile,
  });
  return { process: started, logFile };
}

async function until(
  condition: () => Promise<boolean>,
  { process: { exited }, logFile }: MergingProcess,
): Promise<void> {
  let status: NodeJS.Signals | number | undefined;
  void exited.then(ended => {
    status = ended;
  });
  const deadline = Date.now() + DONE_WITHIN_MS;
  while (!(await condition())) {
    if (status !== undefined)
      throw new Error(`the process ended with ${status}: ${(await readFile(logFile, 'utf8')).slice(-LOG_END)}`);
    if (Date.now() > deadline) throw new Error(`not all records came out within ${DONE_WITHIN_MS} ms`);
    await delay(CHECK_EVERY_MS);
  }
}

async function outCount(brokers: string): Promise<number> {
  let count = 0;
  await readEach(brokers, OUT_TOPIC, {}, () => count++);
  return count;
}

/** In each partition all records of both topics, by their timestamps. */
async function verify(brokers: string): Promise<readonly string[]> {
  const expected: { readonly timestamp: number; readonly text: string }[][] = [];
  for (const topic of [OLD_TOPIC, NEW_TOPIC]) {
    await readEach(brokers, topic, {}, ({ partition, timestamp, value }) => {
      expected[partition] ??= [];
      expected[partition].push({ timestamp, text: nameOf(value) });
    });
  }
  for (const records of expected) records?.sort((a, b) => a.timestamp - b.timestamp);
  const differences = new Differences(OUT_TOPIC);
  const places = new Map<number, number>();
  await readEach(brokers, OUT_TOPIC, {}, ({ partition, timestamp, value }) => {
    const place = places.get(partition) ?? 0;
    places.set(partition, place + 1);
    differences.expect(
      `record ${place} of partition ${partition}`,
      { timestamp, text: nameOf(value) },
      expected[partition]?.[place],
    );
  });
  for (const [partition, records] of expected.entries()) {
    differences.expect(`records of partition ${partition}`, places.get(partition) ?? 0, records?.length ?? 0);
  }
  return differences.lines;
}

function nameOf(value: Buffer | null): string {
  return String(value).replace(/\.*$/, '');
}
