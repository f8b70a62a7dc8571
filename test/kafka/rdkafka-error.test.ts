import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { clientError } from '../../streams/kafka/rdkafka-error.js';

describe('what may be done about an error of the client', () => {
  const kindOf = (error: object): string => clientError('call', Object.assign(new Error('no'), error)).kind;

  it('is what librdkafka’s flags say', () => {
    assert.equal(kindOf({ code: -1, isFatal: true }), 'fatal');
    assert.equal(kindOf({ code: -1, isTxnRequiresAbort: true, isRetriable: true }), 'abort');
    assert.equal(kindOf({ code: -1, isRetriable: true }), 'retriable');
    assert.equal(kindOf({ code: -1 }), 'abort');
  });

  it('is nothing but a new client where the consumer is fenced or has failed for good, which comes without flags', () => {
    for (const code of [-144, -150, 82]) assert.equal(kindOf({ code }), 'fatal', `${code}`);
  });
});
