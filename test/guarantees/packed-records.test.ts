import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { pairSerde } from '../../streams/dsl/serde/pair-serde.js';
import {
  type ErrorContext,
  resumeOnError,
  type Serde,
  Serdes,
  StreamsBuilder,
  type Topology,
} from '../../streams/index.js';
import { type Header, NO_HEADERS } from '../../streams/kafka/record.js';
import { BlockWriter, entryBytes, MAX_BLOCK_BYTES } from '../../streams/runtime/processors/repartition/block.js';
import type { Script } from '../runtime/scripted-processor.js';
import { LEFT, RIGHT } from '../runtime/waiting-script.js';
import { entriesOf } from './block-entries.js';
import { MOVED, MovingDriver, numbered, TEXT } from './moving-driver.js';
import { movingTopology } from './moving-topology.js';

const BLOCK: Header = { key: '__streams.block', value: Buffer.from([1]) };

/** What it deserializes has a view of the bytes. */
const viewing: Serde<{ readonly view: Buffer }> = {
  serialize: ({ view }) => view,
  deserialize: bytes => ({ view: bytes.subarray(0, 1) }),
};

describe('what moves through a repartition topic', () => {
  let moving: MovingDriver;

  beforeEach(() => {
    moving = new MovingDriver();
  });

  afterEach(() => moving.close());

  it('is one record for each partition and transaction, with the time as its last entry', async () => {
    await moving.start();
    moving.produce(...numbered(10));
    await moving.moveAndCommit();
    const records = moving.moved();
    const [block] = records;
    assert.ok(block);
    assert.deepEqual(
      records.map(({ headers }) => headers[0]?.key),
      ['__streams.block'],
    );
    assert.deepEqual(entriesOf(block.value), [...numbered(10), 'time']);
    await moving.moveAndCommit();
    assert.deepEqual(moving.out(), numbered(10));
  });

  it('is in order, however many records it takes', async () => {
    await moving.start();
    const values = [
      ...numbered(1200),
      `a:${'x'.repeat(70_000)}`,
      ...numbered(300).map(value => `${value} ${'y'.repeat(500)}`),
    ];
    moving.produce(...values);
    await moving.moveAndCommit();
    assert.ok(moving.moved().length > 5);
    await moving.moveAndCommit();
    assert.deepEqual(moving.out(), values);
  });

  it('does not wait for the commit with at_least_once, which may be half a minute away', async () => {
    await moving.start({ processingGuarantee: 'at_least_once' });
    moving.produce(...numbered(10));
    await moving.driver.run();
    assert.deepEqual(moving.out(), numbered(10));
    assert.equal(moving.moved().length, 1);
  });

  it('counts in what is uncommitted, until the commit', async () => {
    await moving.start();
    moving.produce(...numbered(60, 'a').map(value => `${value} ${'x'.repeat(200)}`));
    await moving.driver.run();
    assert.ok(moving.driver.uncommittedBytes >= 60 * 200, `${moving.driver.uncommittedBytes}`);
    assert.ok(moving.driver.uncommittedBytes <= MAX_BLOCK_BYTES);
    await moving.driver.commit();
    assert.equal(moving.driver.uncommittedBytes, 0);
  });

  it('is committed early where it takes too much memory', async () => {
    await moving.start({ cacheMaxBytes: 10_000, commitInterval: '5m' });
    for (let batch = 0; batch < 10; batch++) {
      moving.produce(...numbered(50).map(value => `${value} ${'x'.repeat(100)}`));
      await moving.driver.run();
      assert.ok(moving.driver.uncommittedBytes < 20_000, `${moving.driver.uncommittedBytes}`);
    }
    assert.ok(moving.moved().length > 1);
  });

  it('fails where it is written if it is larger than a record may be', async () => {
    const failures: ErrorContext[] = [];
    await moving.start({
      deadLetterTopic: 'dead',
      productionExceptionHandler: (error, context) => {
        failures.push(context);
        assert.match(error.message, /record for test-moved-repartition has .* bytes/);
        return 'resume';
      },
    });
    moving.produce('a:1', `a:${'x'.repeat(1_048_000)}`, 'a:2');
    await moving.moveAndCommit();
    await moving.moveAndCommit();
    assert.deepEqual(moving.out(), ['a:1', 'a:2']);
    assert.deepEqual(
      failures.map(({ phase, record }) => [phase, record?.topic, record?.offset]),
      [['production', 'in', 1]],
    );
    assert.equal(moving.driver.readRecords('dead').length, 1);
  });

  it('is read from blocks and from records alone, which earlier versions have written', async () => {
    await moving.start();
    const headers = [{ key: 'trace', value: Buffer.from('x') }];
    moving.driver.produce(MOVED, { key: 'a', value: 'a:old', timestamp: 5, headers }, TEXT);
    moving.produce(...numbered(3));
    await moving.moveAndCommit();
    moving.driver.produce(MOVED, { key: 'a', value: 'a:old 2', timestamp: 6 }, TEXT);
    await moving.moveAndCommit();
    const rows = moving.driver.readOutput('out', TEXT).filter(({ key }) => key === 'a');
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
    await moving.start({}, nulls());
    const headers: Header[] = [
      { key: '__streams.block', value: Buffer.from([0xff, 0]) },
      { key: 'none', value: null },
    ];
    for (const key of [LEFT, RIGHT]) {
      for (const value of ['', null]) moving.driver.produce('in', { key, value, timestamp: 7, headers }, TEXT);
    }
    await moving.moveAndCommit();
    await moving.moveAndCommit();
    const rows = moving.driver
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
    await moving.start(
      {
        deadLetterTopic: 'dead',
        processingExceptionHandler: (_error, context) => {
          failures.push(context);
          return 'resume';
        },
      },
      movingTopology(script),
    );
    moving.produce(...numbered(3));
    await moving.moveAndCommit();
    const [block] = moving.moved();
    await moving.moveAndCommit();
    assert.deepEqual(moving.out(), ['a:0', 'a:2']);
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
    const [dead] = moving.driver.readRecords('dead');
    assert.deepEqual([String(dead?.key), String(dead?.value)], ['a', 'a:1']);
    assert.equal(
      moving.driver.counts.reduce((sum, counts) => sum + (counts.failedResults ?? 0), 0),
      1,
    );
  });

  it('is left out where it is no block, with the reason, from the entry on that can not be read', async () => {
    await moving.start({ deadLetterTopic: 'dead', deserializationExceptionHandler: resumeOnError });
    const writer = new BlockWriter();
    const key = Buffer.from('a');
    for (const text of ['a:x', 'a:y']) {
      const value = Buffer.from(text);
      writer.add(entryBytes(key, value, NO_HEADERS), 'record', key, value, 3);
    }
    const block = writer.take();
    for (const bytes of [block.subarray(0, block.length - 1), Buffer.from('no block'), Buffer.alloc(0), null]) {
      const serdes = { keySerde: Serdes.string(), valueSerde: Serdes.bytes() };
      moving.driver.produce(MOVED, { key: 'a', value: bytes, timestamp: 0, headers: [BLOCK] }, serdes);
    }
    moving.produce('a:after');
    await moving.moveAndCommit();
    await moving.moveAndCommit();
    assert.deepEqual(moving.out(), ['a:x', 'a:after']);
    const reasons = moving.driver
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
      await moving.start({}, builder.build());
      for (let n = 0; n < 500; n++) {
        for (const key of [LEFT, RIGHT]) moving.driver.produce('in', { key, value: 'v', timestamp: 1000 }, TEXT);
      }
      await moving.moveAndCommit();
      await moving.moveAndCommit();
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
