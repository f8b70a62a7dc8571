import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  type AbortedTransaction,
  offsetAfter,
  PartitionResponse,
} from '../../../streams/kafka/fetch/partition-response.js';
import { CorruptBatchError, OldFormatError } from '../../../streams/kafka/fetch/record-batch.js';
import type { ConsumerRecord } from '../../../streams/kafka/record.js';
import { COMPRESSIONS, encodeBatch, marker, plainRecords, type WrittenBatch } from './batches.js';

const bytes = fc.uint8Array({ maxLength: 200 }).map(array => Buffer.from(array));
const optionalBytes = fc.option(bytes);
const header = fc.record({ key: fc.string().filter(key => key !== '__streams.base64'), value: optionalBytes });
const record = fc.record({
  gap: fc.nat(3),
  timestamp: fc.integer({ min: -1, max: 2 ** 45 }),
  key: optionalBytes,
  value: optionalBytes,
  headers: fc.array(header, { maxLength: 3 }),
});
/** With gaps within and between batches, as compaction leaves them. */
const log = fc
  .array(
    fc.record({
      gap: fc.nat(5),
      records: fc.array(record, { minLength: 1, maxLength: 20 }),
      compression: fc.constantFrom(...COMPRESSIONS),
      appendTime: fc.option(fc.nat(2 ** 40), { nil: undefined }),
      removedAtEnd: fc.nat(3),
    }),
    { maxLength: 6 },
  )
  .map(batches => {
    let offset = 0;
    return batches.map(({ gap, records, compression, appendTime, removedAtEnd }): WrittenBatch => {
      const baseOffset = offset + gap;
      let delta = -1;
      const placed = records.map(({ gap: before, ...rest }) => {
        delta += 1 + before;
        return { ...rest, delta };
      });
      const lastDelta = delta + removedAtEnd;
      offset = baseOffset + lastDelta + 1;
      const time = appendTime === undefined ? {} : { appendTime };
      return { baseOffset, records: placed, compression, lastDelta, ...time };
    });
  });

function responseOf(parts: readonly Buffer[], position = 0, aborted: readonly AbortedTransaction[] = []) {
  return new PartitionResponse('topic', 3, Buffer.concat(parts), aborted, position);
}

/** Everything of the response, taken by `max` records each time. */
function takeAll(response: PartitionResponse, max = 1000): ConsumerRecord[] {
  const records: ConsumerRecord[] = [];
  while (!response.take(max, records));
  return records;
}

function plain({ topic, partition, offset, timestamp, key, value, headers }: ConsumerRecord): ConsumerRecord {
  return { topic, partition, offset, timestamp, key, value, headers: headers.map(each => ({ ...each })) };
}

const offsetsOf = (records: readonly ConsumerRecord[]): number[] => records.map(({ offset }) => offset);
const valuesOf = (records: readonly ConsumerRecord[]): string[] => records.map(({ value }) => String(value));

describe('the records of a partition in a response', () => {
  it('are those that were written, from the position on, however many are taken at once', () => {
    fc.assert(
      fc.property(log, fc.nat(100), fc.integer({ min: 1, max: 30 }), (batches, position, max) => {
        const expected = batches.flatMap(({ baseOffset, records, appendTime }) =>
          records
            .map(({ delta, timestamp, key, value, headers }) => ({
              topic: 'topic',
              partition: 3,
              offset: baseOffset + delta,
              timestamp: appendTime ?? timestamp,
              key,
              value,
              headers: headers.map(each => ({ ...each })),
            }))
            .filter(({ offset }) => offset >= position),
        );
        const response = responseOf(batches.map(encodeBatch), position);
        assert.deepEqual(takeAll(response, max).map(plain), expected);
        const last = batches.at(-1);
        const end = last === undefined ? position : last.baseOffset + (last.lastDelta ?? 0) + 1;
        assert.equal(response.position, Math.max(end, position));
      }),
    );
  });

  it('know their size, and make their bytes when they are asked for', () => {
    const record = { delta: 0, timestamp: 1, key: Buffer.from('ab'), value: Buffer.from('cde'), headers: [] };
    const [whole] = takeAll(responseOf([encodeBatch({ baseOffset: 0, records: [record] })]));
    assert.equal(whole?.size, 5);
    const [empty] = takeAll(
      responseOf([encodeBatch({ baseOffset: 0, records: [{ ...record, key: null, value: null }] })]),
    );
    assert.deepEqual([empty?.size, empty?.key, empty?.value], [0, null, null]);
  });

  it('end before a batch that the response has only a part of', () => {
    const batches = [0, 2].map(baseOffset => encodeBatch({ baseOffset, records: plainRecords('a', 'b') }));
    const whole = Buffer.concat(batches);
    for (let length = batches[0]?.length ?? 0; length < whole.length; length++) {
      const response = responseOf([whole.subarray(0, length)]);
      assert.deepEqual(offsetsOf(takeAll(response)), [0, 1]);
      assert.equal(response.position, 2);
      assert.equal(offsetAfter(whole.subarray(0, length)), 2);
    }
    assert.equal(offsetAfter(whole), 4);
    assert.equal(offsetAfter(whole.subarray(0, 50)), undefined);
  });

  it('are never made of damaged bytes: the batch is refused with its offset, and what is before it is good', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom(...COMPRESSIONS),
        (place, flip, compression) => {
          const good = encodeBatch({ baseOffset: 0, records: plainRecords('a', 'b'), compression });
          const bad = encodeBatch({ baseOffset: 2, records: plainRecords('c', 'd'), compression });
          // The checksum does not cover what the broker sets: offset, length and epoch.
          const at = 17 + (place % (bad.length - 17));
          bad.writeUInt8(bad.readUInt8(at) ^ flip, at);
          const response = responseOf([good, bad]);
          const records: ConsumerRecord[] = [];
          assert.throws(
            () => response.take(100, records),
            (error: unknown) => error instanceof CorruptBatchError && error.offset === 2,
          );
          assert.deepEqual(valuesOf(records), ['a', 'b']);
          assert.equal(response.position, 2);
        },
      ),
    );
  });

  it('of a format before Kafka 0.11 are refused as such', () => {
    for (const magic of [0, 1]) {
      const old = encodeBatch({ baseOffset: 7, records: plainRecords('a'), magic });
      assert.throws(
        () => responseOf([old]).take(1, []),
        (error: unknown) => error instanceof OldFormatError && error.offset === 7,
      );
    }
  });

  it('are refused if the bytes are of no batch', () => {
    assert.throws(
      () => responseOf([encodeBatch({ baseOffset: 0, records: [], magic: 9 })]).take(1, []),
      CorruptBatchError,
    );
  });
});

describe('transactions in a response', () => {
  const transactional = (baseOffset: number, producerId: number, ...values: readonly string[]): Buffer =>
    encodeBatch({ baseOffset, records: plainRecords(...values), producerId, isTransactional: true });

  it('that were aborted are left out, up to their marker', () => {
    const response = responseOf(
      [
        transactional(0, 7, 'aborted'),
        transactional(1, 8, 'committed'),
        marker(2, 7, 'abort'),
        transactional(3, 7, 'after'),
        marker(4, 8, 'commit'),
        marker(5, 7, 'commit'),
      ],
      0,
      [{ producerId: 7, firstOffset: 0 }],
    );
    assert.deepEqual(valuesOf(takeAll(response)), ['committed', 'after']);
    assert.equal(response.position, 6);
  });

  it('that were aborted are left out if the marker comes in a later response', () => {
    const aborted = [{ producerId: 7, firstOffset: 0 }];
    const first = responseOf([transactional(0, 7, 'a'), transactional(1, 7, 'b')], 0, aborted);
    assert.deepEqual(takeAll(first), []);
    assert.equal(first.position, 2);
    const second = responseOf(
      [transactional(2, 7, 'c'), marker(3, 7, 'abort'), transactional(4, 7, 'd'), marker(5, 7, 'commit')],
      2,
      aborted,
    );
    assert.deepEqual(valuesOf(takeAll(second)), ['d']);
  });

  it('of the same producer are told apart, in whatever order the response names them', () => {
    const response = responseOf(
      [
        transactional(0, 7, 'a'),
        marker(1, 7, 'abort'),
        transactional(2, 7, 'b'),
        marker(3, 7, 'commit'),
        transactional(4, 7, 'c'),
        marker(5, 7, 'abort'),
      ],
      0,
      [
        { producerId: 7, firstOffset: 4 },
        { producerId: 7, firstOffset: 0 },
      ],
    );
    assert.deepEqual(valuesOf(takeAll(response)), ['b']);
  });

  it('do not hide records that are of no transaction', () => {
    const idempotent = encodeBatch({ baseOffset: 1, records: plainRecords('b'), producerId: 7 });
    const bare = encodeBatch({ baseOffset: 2, records: plainRecords('c') });
    const response = responseOf([transactional(0, 7, 'a'), idempotent, bare], 0, [{ producerId: 7, firstOffset: 0 }]);
    assert.deepEqual(valuesOf(takeAll(response)), ['b', 'c']);
  });

  it('are read as committed exactly if they were, whatever runs at the same time and wherever responses end', () => {
    const step = fc.record({ producer: fc.nat(3), kind: fc.constantFrom('send', 'send', 'abort', 'commit') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.array(fc.nat(60), { maxLength: 4 }), (steps, cuts) => {
        const batches: Buffer[] = [];
        const open = new Map<number, number[]>();
        const aborted: (AbortedTransaction & { readonly lastOffset: number })[] = [];
        const committed: number[] = [];
        const end = (producer: number, kind: 'abort' | 'commit'): void => {
          const offsets = open.get(producer);
          if (offsets === undefined) return;
          open.delete(producer);
          const offset = batches.length;
          if (kind === 'commit') committed.push(...offsets);
          else aborted.push({ producerId: producer, firstOffset: offsets[0] ?? 0, lastOffset: offset });
          batches.push(marker(offset, producer, kind));
        };
        for (const { producer, kind } of steps) {
          if (kind !== 'send') {
            end(producer, kind);
            continue;
          }
          open.set(producer, [...(open.get(producer) ?? []), batches.length]);
          batches.push(transactional(batches.length, producer, 'value'));
        }
        for (const producer of [...open.keys()]) end(producer, 'abort');
        const places = [0, ...cuts.filter(cut => cut < batches.length).sort((a, b) => a - b), batches.length];
        const read: number[] = [];
        for (const [i, from] of places.entries()) {
          const to = places[i + 1] ?? from;
          // A broker names those of the aborted transactions that have something in the response.
          const named = aborted.filter(({ firstOffset, lastOffset }) => firstOffset < to && lastOffset >= from);
          read.push(...offsetsOf(takeAll(responseOf(batches.slice(from, to), from, named), 3)));
        }
        assert.deepEqual(
          read,
          committed.sort((a, b) => a - b),
        );
      }),
    );
  });
});
