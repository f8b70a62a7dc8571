import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, describe, it } from 'mocha';
import { resumeOnError, Serdes, StreamsBuilder, type StreamsOptions, TimeWindows } from '../../streams/index.js';
import { type Header, NO_HEADERS } from '../../streams/kafka/record.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';

const KINDS = ['__streams.time', '__streams.partial', '__streams.record', '__streams.block'];
const RESERVED = [...KINDS, '__streams.later', '__streams.errors.message', '__streams.'];
const TEXT = { valueSerde: Serdes.string() };

describe("headers of users' records that the runtime uses too", () => {
  let driver: TopologyTestDriver;

  afterEach(() => driver.close());

  /** By their first character, records move to another partition, or not. */
  async function repartitioned(options: Partial<StreamsOptions> = {}): Promise<void> {
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in', { ...TEXT, dropNullValues: true })
      .selectKey((_, value) => value.slice(0, 1))
      .repartition({ name: 'moved', ...TEXT })
      .to('out', TEXT);
    driver = await TopologyTestDriver.create(builder.build(), { partitions: 4, ...options });
  }

  const out = (): unknown[] =>
    driver
      .readOutput('out', TEXT)
      .map(({ value, headers = NO_HEADERS }) => [value, headers.map(({ key, value: text }) => [key, String(text)])]);

  const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

  it('pass with the record through a repartition topic, whatever they are', async () => {
    await repartitioned();
    const name = fc.oneof(fc.constantFrom(...RESERVED), fc.constantFrom('trace', '__streams'));
    const headers = fc.array(fc.record({ key: name, value: fc.constantFrom('', '1', 'x'.repeat(20)) }), {
      maxLength: 3,
    });
    const text = fc.stringMatching(/^[a-z]{1,40}$/);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, headers), { maxLength: 20 }), async sent => {
        for (const [value, pairs] of sent) {
          const bytes = pairs.map((pair): Header => ({ key: pair.key, value: Buffer.from(pair.value) }));
          driver.produce('in', { key: value, value, timestamp: 0, headers: bytes }, TEXT);
        }
        await driver.run();
        const expected = sent.map(([value, pairs]) => [value, pairs.map(pair => [pair.key, pair.value])]);
        assert.deepEqual(out().sort(byText), expected.sort(byText));
      }),
      { numRuns: 50 },
    );
  });

  it('set no clock: a record of sixteen bytes is a record', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', TEXT)
      .groupBy((_, value) => value)
      .windowedBy(TimeWindows.of({ size: 1000, grace: 0, closeOnIdle: true }))
      .emitStrategy('onWindowClose')
      .count({ as: 'counts' })
      .toStream(({ key }) => key)
      .to('out', { valueSerde: Serdes.json<number | null>() });
    driver = await TopologyTestDriver.create(builder.build(), { partitions: 4, cacheMaxBytes: 0, idleTimeout: '1d' });
    const headers = [{ key: '__streams.time', value: Buffer.from([1]) }];
    const value = '\0\0\0\0\0\0\0\x02\0\x08\0\0\0\0\0\0';
    for (const key of ['a', 'b', 'c', 'd']) driver.produce('in', { key, value, timestamp: 10, headers }, TEXT);
    for (const key of ['a', 'b', 'c', 'd']) driver.produce('in', { key, value, timestamp: 20 }, TEXT);
    await driver.endInput();
    assert.deepEqual(
      driver.readOutput<string, number>('out').map(row => row.value),
      [8],
    );
  });

  for (const header of RESERVED) {
    it(`do not stop the stream where they are in an internal topic without being the runtime's: ${header}`, async () => {
      const deserializationExceptionHandler = resumeOnError;
      await repartitioned({ deserializationExceptionHandler, deadLetterTopic: 'dead' });
      const headers = [{ key: header, value: Buffer.from([1]) }];
      const topic = 'test-moved-repartition';
      driver.produce(topic, { key: 'k', value: 'short', timestamp: 0, headers }, TEXT);
      driver.produce(topic, { key: 'k', value: 'x'.repeat(16), timestamp: 0, headers }, TEXT);
      driver.produce(topic, { key: 'k', value: null, timestamp: 0, headers }, TEXT);
      driver.produce('in', { key: 'a', value: 'after', timestamp: 0 }, TEXT);
      await driver.run();
      assert.ok(out().some(row => JSON.stringify(row) === '["after",[]]'));
      // An earlier version has not escaped the headers of dead letters.
      const plain = header === '__streams.record' || header === '__streams.errors.message';
      const dead = driver.readRecords('dead');
      assert.equal(dead.length, plain ? 0 : 3);
      if (KINDS.includes(header)) return;
      for (const { headers: reasons } of dead) {
        const reason = reasons.findLast(({ key }) => key === '__streams.errors.message');
        assert.equal(String(reason?.value), `${header} is no kind of record that this version knows`);
      }
    });
  }
});
