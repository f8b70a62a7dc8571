import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { KafkaClientError } from '../../../streams/kafka/ports.js';
import { PartitionCounts } from '../../../streams/runtime/output/partition-counts.js';
import { ManualClock } from '../../../streams/testing/manual-clock.js';

const MINUTE_MS = 60_000;

describe('the partition counts of topics', () => {
  let clock: ManualClock;
  let asked: string[];
  /** What the cluster answers. */
  let answer: () => Promise<number>;
  let counts: PartitionCounts;

  beforeEach(() => {
    clock = new ManualClock(0);
    asked = [];
    answer = async () => 3;
    const partitionCount = (topic: string): Promise<number> => {
      asked.push(topic);
      return answer();
    };
    counts = new PartitionCounts({ partitionCount }, clock);
  });

  it('are asked for once, whoever asks', async () => {
    assert.equal(counts.get('a'), undefined);
    assert.deepEqual(await Promise.all([counts.ask('a'), counts.ask('a')]), [3, 3]);
    await counts.prepare('a');
    assert.equal(counts.get('a'), 3);
    assert.deepEqual(asked, ['a']);
  });

  it('that are old are asked for again, and are used meanwhile', async () => {
    await counts.ask('a');
    clock.advance(5 * MINUTE_MS);
    let arrives = (_count: number): void => {};
    const answered = new Promise<number>(resolve => {
      arrives = resolve;
    });
    answer = () => answered;
    assert.deepEqual([counts.get('a'), counts.get('a')], [3, 3]);
    assert.deepEqual(asked, ['a', 'a']);
    arrives(6);
    await counts.ask('a');
    assert.equal(counts.get('a'), 6);
  });

  it('stay as they are where the cluster does not answer', async () => {
    await counts.ask('a');
    clock.advance(5 * MINUTE_MS);
    answer = async () => Promise.reject(new KafkaClientError('timed out', 'abort', -185));
    assert.equal(counts.get('a'), 3);
    await assert.rejects(counts.ask('a'), /timed out/);
    assert.equal(counts.get('a'), 3);
  });

  it('of a topic that does not exist refuse its records, until the cluster is asked again', async () => {
    answer = async () => 0;
    await counts.prepare('a');
    assert.throws(() => counts.get('a'), /a record for a: the topic does not exist/);
    clock.advance(MINUTE_MS);
    assert.equal(counts.get('a'), undefined);
    answer = async () => 2;
    await counts.ask('a');
    assert.equal(counts.get('a'), 2);
  });

  it('that the cluster did not give in advance are asked for again', async () => {
    answer = async () => Promise.reject(new KafkaClientError('timed out', 'abort', -185));
    await counts.prepare('a');
    assert.equal(counts.get('a'), undefined);
    answer = async () => 2;
    assert.equal(await counts.ask('a'), 2);
  });
});
