import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { pairSerde } from '../../streams/dsl/serde/pair-serde.js';
import {
  type ErrorContext,
  resumeOnError,
  type Serde,
  Serdes,
  StreamsBuilder,
  type Topology,
} from '../../streams/index.js';
import { partitionFor } from '../../streams/kafka/partitioner.js';
import { type ConsumerRecord, type Header, NO_HEADERS } from '../../streams/kafka/record.js';
import { BlockWriter, entryBytes, MAX_BLOCK_BYTES } from '../../streams/runtime/processors/repartition/block.js';
import { kindOf } from '../../streams/runtime/processors/repartition/record-kind.js';
import type { ProducedRecord } from '../../streams/testing/in-memory-cluster.js';
import { TopologyTestDriver, type TopologyTestDriverOptions } from '../../streams/testing/index.js';
import type { Script } from '../runtime/scripted-processor.js';
import { TestApplication } from '../runtime/test-application.js';
import { Gate, LEFT, RIGHT, waitingAt } from '../runtime/waiting-script.js';
import { entriesOf, transactionsOf } from './block-entries.js';
import { moving } from './moving.js';

const TEXT = { keySerde: Serdes.string(), valueSerde: Serdes.string() };
const TOPIC = 'test-moved-repartition';
const BLOCK: Header = { key: '__streams.block', value: Buffer.from([1]) };

/** What it deserializes has a view of the bytes. */
const viewing: Serde<{ readonly view: Buffer }> = {
  serialize: ({ view }) => view,
  deserialize: bytes => ({ view: bytes.subarray(0, 1) }),
};

const partitionOf = (key: string): number => partitionFor(Buffer.from(key), 2);

describe('what moves through a repartition topic', () => {
  let driver: TopologyTestDriver;

  afterEach(() => driver.close());

  async function start(options: TopologyTestDriverOptions = {}, topology = moving()): Promise<void> {
    driver = await TopologyTestDriver.create(topology, { partitions: 2, autoCommit: false, ...options });
  }

  /** Sends values to the partition that is not that of their key `to`. */
  function produce(...values: readonly string[]): void {
    for (const value of values) {
      const to = partitionOf(value.split(':')[0] ?? '');
      const key = partitionOf(LEFT) === to ? RIGHT : LEFT;
      driver.produce('in', { key, value, timestamp: 1000 }, TEXT);
    }
  }

  const out = (): unknown[] => driver.readOutput('out', TEXT).map(({ value }) => value);
  const moved = (): ConsumerRecord[] => driver.readRecords(TOPIC);
  const numbered = (count: number, to = 'a'): string[] => Array.from({ length: count }, (_, n) => `${to}:${n}`);

  async function moveAndCommit(): Promise<void> {
    await driver.run();
    await driver.commit();
  }

  it('is one record for each partition and transaction, with the time as its last entry', async () => {
    await start();
    produce(...numbered(10));
    await moveAndCommit();
    const records = moved();
    const [block] = records;
    assert.ok(block);
    assert.deepEqual(
      records.map(({ headers }) => headers[0]?.key),
      ['__streams.block'],
    );
    assert.deepEqual(entriesOf(block.value), [...numbered(10), 'time']);
    await moveAndCommit();
    assert.deepEqual(out(), numbered(10));
  });

  it('is in order, however many records it takes', async () => {
    await start();
    const values = [
      ...numbered(1200),
      `a:${'x'.repeat(70_000)}`,
      ...numbered(300).map(value => `${value} ${'y'.repeat(500)}`),
    ];
    produce(...values);
    await moveAndCommit();
    assert.ok(moved().length > 5);
    await moveAndCommit();
    assert.deepEqual(out(), values);
  });

  it('does not wait for the commit with at_least_once, which may be half a minute away', async () => {
    await start({ processingGuarantee: 'at_least_once' });
    produce(...numbered(10));
    await driver.run();
    assert.deepEqual(out(), numbered(10));
    assert.equal(moved().length, 1);
  });

  it('counts in what is uncommitted, until the commit', async () => {
    await start();
    produce(...numbered(60, 'a').map(value => `${value} ${'x'.repeat(200)}`));
    await driver.run();
    assert.ok(driver.uncommittedBytes >= 60 * 200, `${driver.uncommittedBytes}`);
    assert.ok(driver.uncommittedBytes <= MAX_BLOCK_BYTES);
    await driver.commit();
    assert.equal(driver.uncommittedBytes, 0);
  });

  it('is committed early where it takes too much memory', async () => {
    await start({ cacheMaxBytes: 10_000, commitInterval: '5m' });
    for (let batch = 0; batch < 10; batch++) {
      produce(...numbered(50).map(value => `${value} ${'x'.repeat(100)}`));
      await driver.run();
      assert.ok(driver.uncommittedBytes < 20_000, `${driver.uncommittedBytes}`);
    }
    assert.ok(moved().length > 1);
  });

  it('fails where it is written if it is larger than a record may be', async () => {
    const failures: ErrorContext[] = [];
    await start({
      deadLetterTopic: 'dead',
      productionExceptionHandler: (error, context) => {
        failures.push(context);
        assert.match(error.message, /record for test-moved-repartition has .* bytes/);
        return 'resume';
      },
    });
    produce('a:1', `a:${'x'.repeat(1_048_000)}`, 'a:2');
    await moveAndCommit();
    await moveAndCommit();
    assert.deepEqual(out(), ['a:1', 'a:2']);
    assert.deepEqual(
      failures.map(({ phase, record }) => [phase, record?.topic, record?.offset]),
      [['production', 'in', 1]],
    );
    assert.equal(driver.readRecords('dead').length, 1);
  });

  it('is read from blocks and from records alone, which earlier versions have written', async () => {
    await start();
    const headers = [{ key: 'trace', value: Buffer.from('x') }];
    driver.produce(TOPIC, { key: 'a', value: 'a:old', timestamp: 5, headers }, TEXT);
    produce(...numbered(3));
    await moveAndCommit();
    driver.produce(TOPIC, { key: 'a', value: 'a:old 2', timestamp: 6 }, TEXT);
    await moveAndCommit();
    const rows = driver.readOutput('out', TEXT).filter(({ key }) => key === 'a');
    assert.deepEqual(
      rows.map(({ value, headers: sent = NO_HEADERS }) => [value, sent.length]),
      [
        ['a:old', 1],
        ['a:0', 0],
        ['a:1', 0],
        ['a:2', 0],
        ['a:old 2', 0],
      ],
    );
  });

  it('keeps headers that are no text, null headers, empty values and null', async () => {
    await start({}, nulls());
    const headers: Header[] = [
      { key: '__streams.block', value: Buffer.from([0xff, 0]) },
      { key: 'none', value: null },
    ];
    for (const key of [LEFT, RIGHT]) {
      for (const value of ['', null]) driver.produce('in', { key, value, timestamp: 7, headers }, TEXT);
    }
    await moveAndCommit();
    await moveAndCommit();
    const rows = driver
      .readRecords('out')
      .map(({ value, timestamp, headers: sent }) => [value?.length ?? null, timestamp, sent]);
    assert.equal(rows.length, 4);
    for (const length of [0, null]) {
      assert.deepEqual(
        rows.filter(row => row[0] === length),
        [
          [length, 7, headers],
          [length, 7, headers],
        ],
      );
    }
  });

  it('is told apart by its handler: the error of an entry has its key, value, headers and timestamp', async () => {
    const failures: ErrorContext[] = [];
    const script: Script = {
      process(hands, key, value, at) {
        if (value === 'a:1') throw new Error('not this one');
        hands.forward(key, value, at);
      },
    };
    await start(
      {
        deadLetterTopic: 'dead',
        processingExceptionHandler: (_error, context) => {
          failures.push(context);
          return 'resume';
        },
      },
      moving(script),
    );
    produce(...numbered(3));
    await moveAndCommit();
    const [block] = moved();
    await moveAndCommit();
    assert.deepEqual(out(), ['a:0', 'a:2']);
    const [context] = failures;
    assert.equal(failures.length, 1);
    const { topic, partition, offset } = block ?? {};
    const record = {
      topic,
      partition,
      offset,
      timestamp: 1000,
      key: Buffer.from('a'),
      value: Buffer.from('a:1'),
      headers: [],
    };
    assert.deepEqual(context?.record, record);
    const [dead] = driver.readRecords('dead');
    assert.deepEqual([String(dead?.key), String(dead?.value)], ['a', 'a:1']);
    assert.equal(
      driver.counts.reduce((sum, counts) => sum + (counts.failedResults ?? 0), 0),
      1,
    );
  });

  it('is left out where it is no block, with the reason, from the entry on that can not be read', async () => {
    await start({ deadLetterTopic: 'dead', deserializationExceptionHandler: resumeOnError });
    const writer = new BlockWriter();
    const key = Buffer.from('a');
    for (const text of ['a:x', 'a:y']) {
      const value = Buffer.from(text);
      writer.add(entryBytes(key, value, NO_HEADERS), 'record', key, value, 3);
    }
    const block = writer.take();
    for (const bytes of [block.subarray(0, block.length - 1), Buffer.from('no block'), Buffer.alloc(0), null]) {
      const serdes = { keySerde: Serdes.string(), valueSerde: Serdes.bytes() };
      driver.produce(TOPIC, { key: 'a', value: bytes, timestamp: 0, headers: [BLOCK] }, serdes);
    }
    produce('a:after');
    await moveAndCommit();
    await moveAndCommit();
    assert.deepEqual(out(), ['a:x', 'a:after']);
    const reasons = driver
      .readRecords('dead')
      .map(({ headers }) => String(headers.find(({ key: name }) => name === '__streams.errors.message')?.value));
    assert.equal(reasons.length, 4);
    for (const reason of reasons) assert.match(reason, /malformed block of \d+ bytes: entry [01]: it is cut off/);
  });

  /** `bytesOf`: the bytes in a deserialized part. */
  function keepsNoBlock<T extends object>(what: string, serde: Serde<T>, part: T, bytesOf: (part: T) => Buffer): void {
    it(`keeps no block in memory where ${what} is kept`, async () => {
      const kept: Buffer[] = [];
      const serdes = { keySerde: serde, valueSerde: serde };
      const builder = new StreamsBuilder();
      builder
        .stream<string, string>('in', { ...TEXT, dropNullValues: true })
        .map(() => ({ key: part, value: part }))
        .repartition({ name: 'moved', ...serdes })
        .peek((key, value) => void kept.push(bytesOf(key), bytesOf(value)))
        .to('out', serdes);
      await start({}, builder.build());
      for (let n = 0; n < 500; n++) {
        for (const key of [LEFT, RIGHT]) driver.produce('in', { key, value: 'v', timestamp: 1000 }, TEXT);
      }
      await moveAndCommit();
      await moveAndCommit();
      assert.equal(kept.length, 2000);
      for (const { buffer } of kept) assert.ok(buffer.byteLength <= Buffer.poolSize, `${buffer.byteLength}`);
    });
  }

  const [first, second] = [Buffer.from('a'), Buffer.alloc(50)];
  const windowed = { key: first, window: { start: 0, end: 10 } };
  keepsNoBlock('bytes', Serdes.bytes(), first, bytes => bytes);
  keepsNoBlock('a pair', pairSerde(Serdes.bytes(), Serdes.bytes()), [first, second], pair => pair[1]);
  keepsNoBlock('a windowed key', Serdes.timeWindowed(Serdes.bytes(), 10), windowed, ({ key }) => key);
  keepsNoBlock('what a serde of the application has made', viewing, { view: first }, ({ view }) => view);

  for (const [what, refused, reason] of [
    ['a block', ({ key }: ProducedRecord) => key === null, undefined],
    ['one record', ({ value }: ProducedRecord) => value?.includes('a:5') === true, /message size too large/],
  ] as const) {
    it(`is sent record by record where the cluster refuses ${what}, so that a refusal is that of one record`, async () => {
      const failures: ErrorContext[] = [];
      const app = new TestApplication();
      app.createTopics();
      app.cluster.createTopic('app-moved-repartition', 2);
      let isRefusing = true;
      app.cluster.refuse('app-moved-repartition', 'message size too large', record => isRefusing && refused(record));
      app.start(
        {
          commitInterval: 20,
          deadLetterTopic: 'rejected',
          productionExceptionHandler: (error, context) => {
            failures.push(context);
            if (reason !== undefined) assert.match(error.message, reason);
            return 'resume';
          },
        },
        moving(),
      );
      const from = 1 - partitionOf('a');
      for (let n = 0; n < 10; n++) {
        const record = { key: null, value: Buffer.from(`a:${n}`), timestamp: 0, headers: NO_HEADERS };
        app.cluster.log('in', from).append(record, undefined);
      }
      const expected = numbered(10).filter(value => reason === undefined || value !== 'a:5');
      await app.until(() => {
        // The watermark record of its own has no key either.
        if (app.cluster.aborts > 0 && reason === undefined) isRefusing = false;
        return app.output().length >= expected.length;
      });
      assert.deepEqual(app.output().sort(), expected);
      assert.deepEqual([...new Set(failures.map(({ record }) => String(record?.value)))], reason ? ['a:5'] : []);
      assert.deepEqual(app.output('rejected'), reason ? ['a:5'] : []);
      await app.close();
    });
  }

  it('is sent record by record for half a minute after a refusal, so that not each transaction has one', async () => {
    const app = new TestApplication();
    app.createTopics();
    app.cluster.createTopic('app-moved-repartition', 2);
    let limit = 300;
    const isTooLarge = ({ value }: ProducedRecord): boolean => (value?.length ?? 0) > limit;
    app.cluster.refuse('app-moved-repartition', 'message size too large', isTooLarge);
    app.start({ commitInterval: 20 }, moving());
    const values = numbered(330);
    const send = async (from: number): Promise<void> => {
      for (const value of values.slice(from, from + 30)) {
        const record = { key: null, value: Buffer.from(value), timestamp: 0, headers: NO_HEADERS };
        app.cluster.log('in', 1 - partitionOf('a')).append(record, undefined);
      }
      await app.until(() => app.output().length >= from + 30);
      app.clock.aheadMs += 30;
    };
    const blocks = (): number =>
      app.cluster
        .logs('app-moved-repartition')
        .flatMap(log => log.committed)
        .filter(({ headers }) => kindOf(headers) === 'block').length;
    for (let round = 0; round < 10; round++) await send(30 * round);
    assert.deepEqual([app.cluster.aborts, blocks()], [1, 0]);
    limit = Number.POSITIVE_INFINITY;
    app.clock.aheadMs += 30_000;
    await send(300);
    assert.ok(blocks() > 0);
    assert.deepEqual([app.cluster.aborts, app.output()], [1, values]);
    await app.close();
  });

  it('is committed between two blocks, though a slice of the work has fewer records than they have', async () => {
    await start({ commitInterval: 0 });
    const values = numbered(1700).map(value => `${value} ${'x'.repeat(70)}`);
    produce(...values);
    await moveAndCommit();
    await moveAndCommit();
    const transactions = transactionsOf(driver.readRecords('out'));
    assert.deepEqual([...transactions.keys()], values);
    const blocks = moved()
      .filter(({ headers }) => kindOf(headers) === 'block')
      .map(({ value }) => entriesOf(value).filter(entry => entry !== 'time'));
    assert.ok(blocks.some(entries => entries.length > 1));
    for (const entries of blocks) assert.equal(new Set(entries.map(entry => transactions.get(entry))).size, 1);
    assert.ok(new Set(transactions.values()).size > 1);
  });

  describe('and a step that waits in a block', () => {
    const gate = new Gate();
    let resumed: unknown[];

    /** A step of the first entry of a block of five waits. */
    async function startInBlock(options: TopologyTestDriverOptions = {}): Promise<void> {
      resumed = [];
      await start(options, moving(waitingAt(gate, resumed)));
      produce(...numbered(5));
      // With at_least_once, the block is sent before the commit.
      if (options.processingGuarantee === undefined) await moveAndCommit();
      for (let n = 0; n < 5; n++) await driver.step();
      assert.equal(gate.waiting, 1);
    }

    it('is processed to the end of the block before it is committed', async () => {
      await startInBlock();
      await gate.opening(driver.commit());
      assert.deepEqual(out(), numbered(5));
    });

    for (const [what, happens, times] of [
      ['a crash', () => driver.crash(), 1],
      ['a rebalance', () => driver.rebalance(), 1],
      ['a rebalance after a commit', async () => (await driver.commit()) && (await driver.rebalance()), 1],
      [
        'an abort',
        async () => {
          driver.failNextCommit('abort');
          await driver.commit();
        },
        2,
      ],
    ] as const) {
      it(`is processed once, or undone, after ${what}`, async () => {
        await startInBlock();
        await gate.opening(Promise.resolve(happens()));
        await gate.opening(driver.run());
        await gate.opening(driver.commit());
        assert.deepEqual(out(), numbered(5));
        assert.equal(resumed.length, 5 * times);
      });
    }

    it('is delivered once with at_least_once, where a rebalance comes', async () => {
      await startInBlock({ processingGuarantee: 'at_least_once' });
      await gate.opening(driver.commit());
      await gate.opening(driver.rebalance());
      await gate.opening(driver.run());
      await gate.opening(driver.commit());
      assert.deepEqual(out(), numbered(5));
    });

    it('holds no other task up while the commit waits for the block', async () => {
      await startInBlock({ commitInterval: 100 });
      const processed = (): number => driver.counts.reduce((sum, { in: read }) => sum + (read.in ?? 0), 0);
      driver.moveWallClock(100);
      for (let n = 1; n < 5; n++) {
        gate.open();
        produce(`b:${n}`, `a:${n}`);
        await driver.step();
        await driver.step();
        assert.equal(gate.waiting, 1);
        assert.deepEqual(out(), []);
      }
      assert.equal(processed(), 5 + 8);
      gate.open();
      await gate.opening(driver.run());
      assert.deepEqual(out().slice(0, 5), numbered(5));
    });
  });
});

function nulls(): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream<string, string>('in', TEXT)
    .selectKey((key): string => (key === LEFT ? RIGHT : LEFT))
    .repartition({ name: 'moved', ...TEXT })
    .to('out', TEXT);
  return builder.build();
}
