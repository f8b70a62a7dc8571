import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { decodeAudit, encodeAudit } from '../../streams/audit/audit-record.js';
import { MAX_RECORD_BYTES } from '../../streams/kafka/record.js';
import { deadLetter } from '../../streams/runtime/output/dead-letter.js';
import { recordBytes } from '../../streams/runtime/output/record-collector.js';
import { mayBecome, type StreamsState } from '../../streams/runtime/status/streams-state.js';
import { decodeWatermark, encodeWatermark } from '../../streams/runtime/time/watermark-record.js';
import { record } from '../runtime/scripted-consumer.js';

describe('a watermark record', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER }), (upstreamTask, time) => {
        assert.deepEqual(decodeWatermark(encodeWatermark({ upstreamTask, time })), { upstreamTask, time });
      }),
    );
  });

  it('is not what has other bytes', () => {
    const bytes = encodeWatermark({ upstreamTask: 1, time: 2 });
    for (const other of [null, Buffer.alloc(0), bytes.subarray(1), Buffer.alloc(16, 0xff), Buffer.alloc(16, 0x7f)]) {
      assert.throws(() => decodeWatermark(other), /not a watermark record/);
    }
  });
});

describe('a checkpoint', () => {
  it('comes back as it was, whatever topics are called', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), fc.nat()),
        fc.integer({ min: -1, max: 2 ** 50 }),
        (topics, streamTime) => {
          const counts = { in: topics, out: {}, rejected: 1, late: 2, dropped: 3 };
          const audit = {
            instance: 'i',
            host: null,
            offsets: { in: { begin: 0, next: 1 } },
            task: '0_1',
            streamTime,
            counts,
            times: { op: { outputWatermark: 5 } },
            watermarks: { r: [1, -1] },
          };
          assert.deepEqual(decodeAudit(encodeAudit(audit)), JSON.parse(JSON.stringify(audit)));
        },
      ),
    );
  });
});

const NOW = 1_700_000_000_000;

describe('a dead letter', () => {
  it('says what went wrong and where the record came from, under the names of KIP-1034', () => {
    const { headers } = deadLetter(
      new TypeError('no country'),
      {
        phase: 'processing',
        node: 'clean',
        taskId: '0_0',
        record: record('user', 3, 42, null, null),
        input: null,
      },
      NOW,
    );
    const text = Object.fromEntries(headers.map(({ key, value }) => [key, value?.toString()]));
    assert.equal(text['__streams.errors.exception'], 'TypeError');
    assert.equal(text['__streams.errors.message'], 'no country');
    assert.match(text['__streams.errors.stacktrace'] ?? '', /no country\n/);
    assert.equal(text['__streams.errors.topic'], 'user');
    assert.equal(text['__streams.errors.partition'], '3');
    assert.equal(text['__streams.errors.offset'], '42');
  });

  it('names no record where the error is not about one', () => {
    const { headers } = deadLetter(
      new Error('x'),
      {
        phase: 'processing',
        node: 'n',
        taskId: '0_0',
        record: null,
        input: null,
      },
      NOW,
    );
    assert.ok(headers.every(({ key }) => !key.endsWith('.offset')));
  });

  it('is cut to what a record may have, and tells so', () => {
    fc.assert(
      fc.property(fc.nat(1_100_000), fc.nat(1_100_000), fc.nat(300_000), (keyLength, valueLength, headerLength) => {
        const source = {
          ...record('user', 0, 0, null, null),
          key: Buffer.alloc(keyLength, 'k'),
          value: Buffer.alloc(valueLength, 'v'),
          headers: [{ key: 'mine', value: Buffer.alloc(headerLength) }],
        };
        const context = { phase: 'processing', node: 'clean', taskId: '0_0', record: source, input: null } as const;
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

describe('the state of an application', () => {
  const all: readonly StreamsState[] = [
    'CREATED',
    'REBALANCING',
    'RUNNING',
    'PENDING_SHUTDOWN',
    'NOT_RUNNING',
    'ERROR',
  ];

  it('is final when it has stopped', () => {
    for (const to of all) {
      assert.equal(mayBecome('NOT_RUNNING', to), false);
      assert.equal(mayBecome('ERROR', to), false);
    }
  });

  it('is never CREATED again, and runs only out of a rebalance', () => {
    for (const from of all) {
      assert.equal(mayBecome(from, 'CREATED'), false);
      assert.equal(mayBecome(from, 'RUNNING'), from === 'REBALANCING');
      assert.equal(mayBecome(from, 'NOT_RUNNING'), from === 'PENDING_SHUTDOWN');
    }
  });
});
