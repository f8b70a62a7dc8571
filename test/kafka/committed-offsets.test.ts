import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { committedOffsets } from '../../streams/kafka/committed-offsets.js';
import { KafkaClientError } from '../../streams/kafka/ports.js';

const PARTITIONS = [
  { topic: 'in', partition: 0 },
  { topic: 'in', partition: 1 },
];

describe('the committed offsets of a group', () => {
  it('are -1 where the group has none', () => {
    assert.deepEqual(committedOffsets(PARTITIONS, [{ offset: 5 }, {}]), [
      { topic: 'in', partition: 0, offset: 5 },
      { topic: 'in', partition: 1, offset: -1 },
    ]);
  });

  it('fail as a call of the client does, which is tried again, where the broker has an error for one partition', () => {
    assert.throws(
      () => committedOffsets(PARTITIONS, [{ offset: 5 }, new Error('Broker: Unknown topic or partition')]),
      (error: unknown) =>
        error instanceof KafkaClientError &&
        error.kind !== 'fatal' &&
        error.message === 'committed offset of in-1: Broker: Unknown topic or partition',
    );
  });
});
