import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { StreamsBuilder } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

describe('a task of which one processor fails in init', () => {
  it('closes the processors that were initialized', async () => {
    const calls: string[] = [];
    const builder = new StreamsBuilder();
    builder
      .stream('in')
      .process(() => ({ init: () => void calls.push('init'), process() {}, close: () => void calls.push('close') }))
      .process(() => ({
        init() {
          throw new Error('no connection');
        },
        process() {},
      }));
    await assert.rejects(TopologyTestDriver.create(builder.build()), /no connection/);
    assert.deepEqual(calls, ['init', 'close']);
  });
});
