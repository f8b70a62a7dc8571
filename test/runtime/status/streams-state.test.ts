import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { mayBecome, type StreamsState } from '../../../streams/runtime/status/streams-state.js';

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
