import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import { importsOf } from '../../lint/imports.js';
import { CHECKOUT } from '../broker/checkout.js';

const text = (file: string): string => readFileSync(path.join(CHECKOUT, file), 'utf8');

/** kafka-streams uses them. */
const OF_OTHERS = ['sinek', 'uuid'];

/** The development packages that a folder of the image uses: it imports them, or serves their files. */
function usedInImage(): ReadonlySet<string> {
  const imports = importsOf(CHECKOUT, ['command', 'monitor', 'producer', 'stores', 'streams', 'topology']);
  const imported = imports.flatMap(({ to, isFile }) => (isFile ? [] : [packageOf(to)]));
  const served = [...text('monitor/page-assets.ts').matchAll(/'node_modules\/([^']+)'/g)].map(([, file = '']) =>
    packageOf(file),
  );
  return new Set([...imported, ...served, ...OF_OTHERS]);
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

describe('the packages of the image', () => {
  it('are those that the application uses: the tools are taken out', () => {
    const [, names = ''] = /npm uninstall (?:--\S+ )+\\\n((?:.+\\\n)+?) {4}&&/.exec(text('Dockerfile')) ?? [];
    const { devDependencies } = JSON.parse(text('package.json')) as { devDependencies: Record<string, string> };
    const used = usedInImage();
    assert.deepEqual(
      names.split(/[\s\\]+/).filter(name => name !== ''),
      Object.keys(devDependencies).filter(name => !used.has(name)),
    );
  });
});
