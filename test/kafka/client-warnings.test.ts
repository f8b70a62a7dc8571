import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { clientWarnings } from '../../streams/kafka/client-warnings.js';

describe('what a client says again and again', () => {
  it('is reported once in ten seconds, and then how often it was said', () => {
    const told: string[] = [];
    let now = 0;
    const logger = { debug() {}, info() {}, error() {}, warn: (message: string): void => void told.push(message) };
    const warn = clientWarnings('consumer c', logger, () => now);
    warn('brokers are down');
    warn('brokers are down');
    warn('something else');
    now = 9999;
    warn('brokers are down');
    now = 10_000;
    warn('brokers are down');
    warn('brokers are down');
    now = 30_000;
    warn('something else');
    assert.deepEqual(told, [
      'consumer c: brokers are down',
      'consumer c: something else',
      'consumer c: brokers are down (2 times more since)',
      'consumer c: something else',
    ]);
  });
});
