import assert from 'node:assert/strict';
import { Differences } from './differences.js';

describe('differences between what is there and what is right', () => {
  const differencesOf = <V>(actual: Readonly<Record<string, V>>, expected: Readonly<Record<string, V>>) => {
    const differences = new Differences('table');
    differences.compare(new Map(Object.entries(actual)), new Map(Object.entries(expected)));
    return differences.lines;
  };

  it('are none where both are equal, in whatever order fields are', () => {
    assert.deepEqual(
      differencesOf<unknown>({ a: { x: 1, y: [1, { p: 1, q: 2 }] } }, { a: { y: [1, { q: 2, p: 1 }], x: 1 } }),
      [],
    );
  });

  it('name what is missing, what is too much and what is another', () => {
    assert.deepEqual(differencesOf({ a: 1, c: 3 }, { a: 2, b: 2 }), [
      'table: 3 differences: a: 1 instead of 2; b is missing (2); c should not be there (3)',
    ]);
  });

  it('see the order of a list', () => {
    assert.equal(differencesOf<unknown>({ a: [1, 2] }, { a: [2, 1] }).length, 1);
  });

  it('are all counted, and the first three shown', () => {
    assert.deepEqual(differencesOf({}, { a: 1, b: 1, c: 1, d: 1 }), [
      'table: 4 differences: a is missing (1); b is missing (1); c is missing (1); ...',
    ]);
  });
});
