import assert from 'node:assert/strict';
import { Random } from '../../../producer/generator/random.js';
import { resumeOnError, Serdes } from '../../../streams/index.js';
import { partitionFor } from '../../../streams/kafka/partitioner.js';
import type { ConsumerRecord } from '../../../streams/kafka/record.js';
import { CRASH_POINTS } from '../../../streams/testing/simulated-process.js';
import { TopologyTestDriver } from '../../../streams/testing/topology-test-driver.js';
import type { InputRecord } from '../input.js';
import {
  deadLetterDifferences,
  expectedOf,
  lateDifferences,
  resultDifferences,
  rowDifferences,
} from './orders-check.js';
import { hostileOrders, OrdersContent, productRecords } from './orders-content.js';
import { PARTITIONS, TOPICS } from './records.js';
import { ordersTopology } from './topology.js';
import { TruthInput } from './truth/truth-input.js';

const RECORDS = Number(process.env.RECORDS ?? 800);
const BEGIN = 1_000_000_000;
const STEP_MS = 20;
const PUNCTUATES_EVERY_MS = 1000;
const BYTES = { keySerde: Serdes.bytes(), valueSerde: Serdes.bytes() };

/** `SEED=7 RECORDS=10000` for another and longer look. */
const SEED = Number(process.env.SEED ?? 1);

/** The input of a round: it gives each record to the driver, and to the truth as the broker would have it. */
class PlayedInput {
  readonly truth = new TruthInput();
  readonly #driver: TopologyTestDriver;
  readonly #offsets = new Map<string, number>();

  constructor(driver: TopologyTestDriver) {
    this.#driver = driver;
    for (const record of productRecords(BEGIN)) {
      driver.produce(record.topic, { ...record, key: bytes(record.key) }, BYTES);
      this.truth.addPrice(String(record.key), Number(record.value));
    }
  }

  send({
    topic,
    value,
    timestamp,
    ...record
  }: Omit<InputRecord, 'key'> & { readonly key: Buffer | string | null }): void {
    const key = bytes(record.key);
    const partition = key === null ? 0 : partitionFor(key, PARTITIONS);
    const place = `${topic} ${partition}`;
    const offset = this.#offsets.get(place) ?? 0;
    this.#offsets.set(place, offset + 1);
    this.truth.add({ topic, partition, offset, key, value, timestamp, headers: [] });
    this.#driver.produce(topic, { key, value, timestamp }, BYTES);
  }
}

function bytes(key: Buffer | string | null): Buffer | null {
  return typeof key === 'string' ? Buffer.from(key) : key;
}

/** A round without a broker: processes the input in pieces, and does `between` after each. */
async function play(
  seed: number,
  between: (driver: TopologyTestDriver, random: Random) => Promise<void>,
): Promise<readonly string[]> {
  const random = new Random(seed);
  const driver = await TopologyTestDriver.create(ordersTopology(), {
    partitions: PARTITIONS,
    autoCommit: false,
    deadLetterTopic: TOPICS.deadLetters,
    deserializationExceptionHandler: resumeOnError,
    idleTimeout: '1h',
  });
  try {
    const input = new PlayedInput(driver);
    await driver.run();
    const content = new OrdersContent(seed);
    for (let sent = 0; sent < RECORDS; sent++) {
      const time = BEGIN + sent * STEP_MS;
      input.send(content.next(time));
      if (sent === Math.floor(RECORDS / 2)) {
        await settle(driver);
        const burst = hostileOrders(random, { number: 0, time, delayTime: () => {} });
        for (const [topic, records] of burst) for (const record of records) input.send({ topic, ...record });
      }
      if (random.fraction() < 0.02) await between(driver, random);
    }
    await settle(driver);
    for (const record of content.end(BEGIN + RECORDS * STEP_MS)) input.send(record);
    await settle(driver);
    const read = (topic: string): readonly ConsumerRecord[] => driver.readRecords(topic);
    const expected = expectedOf(input.truth);
    return [
      ...resultDifferences(read(TOPICS.results), expected),
      ...rowDifferences(read(TOPICS.rows), expected),
      ...lateDifferences(read(TOPICS.lateClicks), input.truth),
      ...deadLetterDifferences(read(TOPICS.deadLetters), input.truth),
    ];
  } finally {
    await driver.close();
  }
}

/** Each task has heard the times of all others, a crash that is still due has come, and so have punctuations. */
async function settle(driver: TopologyTestDriver): Promise<void> {
  for (let round = 0; round < 5; round++) {
    await driver.run();
    await driver.advanceWallClock(PUNCTUATES_EVERY_MS);
    await driver.commit();
  }
}

describe('the orders topology without a broker gives what its truth says', function () {
  this.timeout(120_000);

  it('undisturbed', async () => {
    assert.deepEqual(
      await play(SEED, async driver => {
        await driver.run();
        await driver.commit();
      }),
      [],
    );
  });

  it('through crashes, aborts and rebalances', async () => {
    const differences = await play(SEED, async (driver, random) => {
      const drawn = random.fraction();
      if (drawn < 0.2) await driver.step();
      else if (drawn < 0.4) await driver.run();
      else if (drawn < 0.6) await driver.commit();
      else if (drawn < 0.7) driver.crashAt(random.pick(CRASH_POINTS));
      else if (drawn < 0.8) driver.failNextCommit('abort');
      else if (drawn < 0.9) await driver.crash();
      else await driver.rebalance();
    });
    assert.deepEqual(differences, []);
  });
});
