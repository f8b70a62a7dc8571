import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { groupSerde, groupWithValueSerde } from '../../../streams/dsl/declare/moved-group.js';
import { Serdes } from '../../../streams/index.js';

const groups = Serdes.bytes();
const alone = groupSerde(groups);
const withValue = groupWithValueSerde(groups, Serdes.json<unknown>());
const bytes = fc.uint8Array({ maxLength: 20 }).map(array => Buffer.from(array));

describe('what countDistinct moves', () => {
  it('is read as it was written: a group alone, a group with a value', () => {
    fc.assert(
      fc.property(bytes, fc.oneof(fc.constant(null), fc.string()), (group, value) => {
        assert.deepEqual(alone.deserialize(alone.serialize(group)), group);
        assert.deepEqual(withValue.deserialize(withValue.serialize({ group, value })), { group, value });
      }),
    );
  });

  it('is read after lateTo was added, and after it was removed', () => {
    fc.assert(
      fc.property(bytes, group => {
        assert.deepEqual(alone.deserialize(withValue.serialize({ group, value: 'v' })), group);
        assert.deepEqual(withValue.deserialize(alone.serialize(group)), { group, value: undefined });
      }),
    );
  });

  it('has the bytes of the group, if no late record is sent', () => {
    assert.deepEqual(groupSerde(Serdes.string()).serialize('fr'), Buffer.from('fr'));
  });
});
