import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'mocha';
import { HEAP_ARGUMENTS, HEAP_ENVIRONMENT } from '../../command/garbage-collection.js';
import { CHECKOUT } from '../broker/checkout.js';

const ENVIRONMENT = Object.entries(HEAP_ENVIRONMENT).map(([name, value]) => `${name}=${value}`);

describe('the arguments and the environment of a stream process for its heap', () => {
  for (const [script, program] of [
    ['topology', 'main.js'],
    ['start', 'start.js'],
  ] as const) {
    it(`are those of npm run ${script}`, async () => {
      const { scripts } = JSON.parse(await readFile(path.join(CHECKOUT, 'package.json'), 'utf8')) as {
        readonly scripts: Readonly<Record<string, string>>;
      };
      const node = [...ENVIRONMENT, 'exec node', ...HEAP_ARGUMENTS].join(' ');
      assert.equal(scripts[script], `${node} dist/topology/${program}`);
    });
  }

  it('are those of the image', async () => {
    const dockerfile = await readFile(path.join(CHECKOUT, 'Dockerfile'), 'utf8');
    const entrypoints = [...dockerfile.matchAll(/^ENTRYPOINT (.*)$/gm)].map(([, list = '']) => JSON.parse(list));
    assert.deepEqual(entrypoints, [['node', ...HEAP_ARGUMENTS]]);
    const [, environment = ''] = /^ENV (NODE_ENV.*)$/m.exec(dockerfile) ?? [];
    for (const setting of ENVIRONMENT) assert.ok(environment.split(' ').includes(setting), setting);
  });
});
