import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { CHECKOUT } from '../broker/checkout.js';
import { compileExamples } from './compile-examples.js';
import { examplesIn, examplesOf } from './examples.js';

const comment = (...lines: readonly string[]): string =>
  ['/**', ...lines.map(line => ` * ${line}`), ' */', ''].join('\n');

describe('examples in TSDoc comments', function () {
  this.timeout(60_000);

  it('compile: all of the library', async () => {
    const examples = examplesOf(CHECKOUT, 'streams');
    assert.ok(examples.length > 0);
    assert.deepEqual(await compileExamples(examples), []);
  });

  it('that do not compile are reported with their file and line', async () => {
    const right = examplesIn('right.ts', comment('```ts', 'const keys: Serde<string> = Serdes.string();', '```'));
    const wrong = examplesIn(
      'wrong.ts',
      comment('Text.', '', '```ts', 'const keys = Serdes.long();', 'keys.serialize("1");', 'orders.nothing();', '```'),
    );
    const errors = await compileExamples([...right, ...wrong]);
    assert.deepEqual(
      errors.map(error => error.replace(/(error TS\d+).*/, '$1')),
      ['wrong.ts:6: error TS2345', 'wrong.ts:7: error TS2339'],
    );
  });

  it('are all found, also several of one comment; blocks of other languages are left out', () => {
    const source = comment('```ts', 'a();', '', '  b();', '```', '```sh', 'npm start', '```', '```ts', 'c();', '```');
    assert.deepEqual(examplesIn('x.ts', source), [
      { file: 'x.ts', line: 3, code: ['a();', '', '  b();'] },
      { file: 'x.ts', line: 11, code: ['c();'] },
    ]);
  });

  it('have an end, and a language that is known', () => {
    assert.throws(() => examplesIn('x.ts', comment('```ts', 'a();')), {
      message: 'x.ts:4: the block of code of line 2 has no end',
    });
    assert.throws(() => examplesIn('x.ts', comment('```typescript', 'a();', '```')), {
      message: 'x.ts:2: a block of code begins with ```ts, not ```typescript',
    });
  });
});
