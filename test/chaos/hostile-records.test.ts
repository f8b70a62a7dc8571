import assert from 'node:assert/strict';
import { Random } from '../../producer/generator/random.js';
import { MAX_RECORD_BYTES } from '../../streams/kafka/record.js';
import type { RawProducerRecord } from '../broker/raw-producer.js';
import { BELIEVED_AHEAD_MS } from './believed-ahead.js';
import { HostileRecords } from './hostile-records.js';
import { Truth } from './truth.js';

const PARTITIONS = 4;
const TIME = 1_800_000_000_000;
const WINDOW_MS = 5000;
const GRACE_MS = 10_000;
const BELIEVED_UP_TO = TIME + BELIEVED_AHEAD_MS;

describe('the hostile records of a chaos round', () => {
  const recordsOf = (seed: number, number = 0): readonly RawProducerRecord[] =>
    new HostileRecords(new Random(seed), PARTITIONS, { number, time: TIME })
      .addHeaders()
      .addValues()
      .addSizes()
      .addTimes().all;

  const truthOf = (records: readonly RawProducerRecord[]): Truth => {
    const truth = new Truth({ windowMs: WINDOW_MS, graceMs: GRACE_MS, believedUpTo: BELIEVED_UP_TO });
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const there = { partition, timestamp: TIME, key: null, value: null, headers: [] };
      for (const [offset, record] of [there, ...records.filter(each => each.partition === partition)].entries()) {
        truth.add({ ...record, topic: 'user', offset, headers: [] });
      }
    }
    return truth;
  };

  it('are the same for the same seed', () => {
    assert.deepEqual(recordsOf(7), recordsOf(7));
    assert.notDeepEqual(recordsOf(7), recordsOf(8));
  });

  it('have users that no other burst has', () => {
    const idsOf = (records: readonly RawProducerRecord[]): readonly number[] =>
      [...truthOf(records).cleaned.values()].flat().map(({ id }) => id);
    const ids = [...idsOf(recordsOf(7, 0)), ...idsOf(recordsOf(7, 1))];
    assert.equal(new Set(ids).size, ids.length);
  });

  it('fit into records that a broker takes', () => {
    for (const { key, value } of recordsOf(7)) {
      assert.ok((key?.length ?? 0) + (value?.length ?? 0) <= MAX_RECORD_BYTES + 400);
    }
  });

  it('are counted, rejected, or late, and all of these', () => {
    const records = recordsOf(7);
    const truth = truthOf(records);
    const counted = [...truth.summaries.values()].reduce((sum, { users }) => sum + users, 0);
    assert.equal(truth.produced, records.length + PARTITIONS);
    assert.equal(counted + truth.late + truth.rejected.size, truth.produced);
    assert.equal(
      truth.late,
      records.filter(({ timestamp }) => timestamp >= 0 && timestamp < TIME - 3_000_000).length / 2,
    );
    assert.ok(counted > 100 && truth.rejected.size > 100);
  });

  it('make no record late that is not out of order by more than five seconds', () => {
    const times = recordsOf(7).map(({ timestamp }) => timestamp);
    const highest = Math.max(...times.filter(timestamp => timestamp <= BELIEVED_UP_TO));
    assert.ok(highest + 5000 < TIME + GRACE_MS);
  });
});
