import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { resumeOnError, Serdes, StreamsBuilder } from '../../../streams/index.js';
import { type Header, MAX_RECORD_BYTES } from '../../../streams/kafka/record.js';
import { deadLetter } from '../../../streams/runtime/output/dead-letter.js';
import { ErrorHeaders } from '../../../streams/runtime/output/error-headers.js';
import { recordBytes } from '../../../streams/runtime/output/record-collector.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';
import { record } from '../scripted-consumer.js';

const NOW = 1_700_000_000_000;

function text(key: string, value: string): Header {
  return { key, value: Buffer.from(value) };
}

describe('a dead letter', () => {
  it('says what went wrong and where the record came from, under the names of KIP-1034', () => {
    const { headers } = deadLetter(
      new TypeError('no country'),
      {
        phase: 'processing',
        node: 'clean',
        taskId: '0_0',
        record: record('user', 3, 42, null, null),
        recordMetadata: { topic: 'user', partition: 3, offset: 42 },
        input: null,
      },
      NOW,
    );
    const texts = Object.fromEntries(headers.map(({ key, value }) => [key, value?.toString()]));
    assert.equal(texts['__streams.errors.exception'], 'TypeError');
    assert.equal(texts['__streams.errors.message'], 'no country');
    assert.match(texts['__streams.errors.stacktrace'] ?? '', /no country\n/);
    assert.equal(texts['__streams.errors.topic'], 'user');
    assert.equal(texts['__streams.errors.partition'], '3');
    assert.equal(texts['__streams.errors.offset'], '42');
  });

  it('has these headers, in this order', () => {
    const error = new TypeError('kein Land für "\ud83d\ude00"');
    error.stack = 'TypeError: kein Land\n    at clean';
    const origin = [{ key: 'mine', value: Buffer.from([0xff]) }];
    const source = { ...record('user', 3, 42, null, null), timestamp: -5, headers: origin };
    const context = {
      phase: 'processing',
      node: 'clean',
      taskId: '0_0',
      record: source,
      recordMetadata: source,
      input: null,
    } as const;
    const known = new ErrorHeaders();
    for (let time = 1; time <= 2; time++) {
      const { headers } = deadLetter(error, context, NOW, {}, known);
      assert.deepEqual(
        headers.map(({ key, value }) => [key, value]),
        [
          ['mine', Buffer.from([0xff])],
          ['__streams.errors.exception', Buffer.from('TypeError')],
          ['__streams.errors.message', Buffer.from('kein Land für "\ud83d\ude00"')],
          ['__streams.errors.node', Buffer.from('clean')],
          ['__streams.errors.stacktrace', Buffer.from('TypeError: kein Land\n    at clean')],
          ['__streams.errors.topic', Buffer.from('user')],
          ['__streams.errors.partition', Buffer.from('3')],
          ['__streams.errors.offset', Buffer.from('42')],
          ['__streams.errors.timestamp', Buffer.from('-5')],
        ],
      );
    }
  });

  it('has the bytes of the source record, and the timestamp and headers that the node was given', async () => {
    const builder = new StreamsBuilder();
    const strings = { keySerde: Serdes.string(), valueSerde: Serdes.string() };
    builder
      .stream('in', strings)
      .process<string | null, string>(context => ({ key, timestamp, headers }) => {
        context.forward({ key, value: 'other', timestamp: timestamp + 5, headers: [...headers, text('added', 'b')] });
      })
      .mapValues(() => {
        throw new Error('no value');
      })
      .to('out');
    const driver = await TopologyTestDriver.create(builder.build(), {
      deadLetterTopic: 'dead',
      processingExceptionHandler: resumeOnError,
    });
    await driver.pipeInput('in', { key: 'k', value: 'v', timestamp: 1, headers: [text('mine', 'a')] }, strings);
    const [letter] = driver.readRecords('dead');
    await driver.close();
    assert.deepEqual([letter?.key, letter?.value, letter?.timestamp], [Buffer.from('k'), Buffer.from('v'), 6]);
    assert.deepEqual(letter?.headers.slice(0, 2), [text('mine', 'a'), text('added', 'b')]);
  });

  it('names no record where the error is not about one', () => {
    const { headers } = deadLetter(
      new Error('x'),
      {
        phase: 'processing',
        node: 'n',
        taskId: '0_0',
        record: null,
        recordMetadata: undefined,
        input: null,
      },
      NOW,
    );
    assert.ok(headers.every(({ key }) => !key.endsWith('.offset')));
  });

  it('is cut to what a record may have, and says so', () => {
    fc.assert(
      fc.property(fc.nat(1_100_000), fc.nat(1_100_000), fc.nat(300_000), (keyLength, valueLength, headerLength) => {
        const source = {
          ...record('user', 0, 0, null, null),
          key: Buffer.alloc(keyLength, 'k'),
          value: Buffer.alloc(valueLength, 'v'),
          headers: [{ key: 'mine', value: Buffer.alloc(headerLength) }],
        };
        const context = {
          phase: 'processing',
          node: 'clean',
          taskId: '0_0',
          record: source,
          recordMetadata: source,
          input: null,
        } as const;
        const { key, value, headers } = deadLetter(new TypeError('no country'), context, NOW);
        assert.ok(recordBytes(key, value, headers) <= MAX_RECORD_BYTES);
        const cut = headers.find(header => header.key === '__streams.errors.cut')?.value?.toString();
        if (cut === undefined) assert.deepEqual([key?.length, value?.length], [keyLength, valueLength]);
        else assert.equal(cut, `key ${keyLength} bytes, value ${valueLength} bytes`);
        assert.ok(headers.some(header => header.key === '__streams.errors.message'));
      }),
    );
  });
});
