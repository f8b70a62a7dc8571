import assert from 'node:assert/strict';
import { userKey } from '../../producer/user-key.js';

describe('userKey', () => {
  it('is the email, trimmed, in lower case and NFC', () => {
    assert.equal(userKey('  Ann.Lee@Example.COM\t'), 'ann.lee@example.com');
    assert.equal(userKey('ÉVA@example.com'), 'éva@example.com');
    assert.equal(userKey('E\u0301VA@example.com'), 'éva@example.com');
  });

  for (const email of [
    '',
    '  ',
    'ann.example.com',
    '@example.com',
    'ann@',
    ' @ ',
    'a@b@c',
    null,
    undefined,
    7,
    ['a@b'],
  ]) {
    it(`is null for ${JSON.stringify(email)}`, () => assert.equal(userKey(email), null));
  }
});
