import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { PackedProject, pack, type Tarball } from './packed-project.js';

/** The entries that need a package more, and what they need. */
const OPTIONAL: Readonly<Record<string, readonly string[]>> = {
  './http': ['hono', '@hono/node-server'],
  './metrics': ['prom-client'],
  './pipe': ['kafka-streams'],
};

const PACKED = [
  /^(CHANGELOG\.md|LICENSE|README\.md|package\.json)$/,
  /^dist\/(streams|stores)\//,
  /^(streams|stores)\/.*\.ts$/,
];

describe('the package that npm pack makes', function () {
  this.timeout(120_000);
  let directory: string;
  let tarball: Tarball;
  let project: PackedProject;

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'tributary-package-'));
    tarball = await pack(directory);
  });

  beforeEach(async () => {
    project = await PackedProject.create(tarball.path);
  });

  afterEach(async () => {
    await project.remove();
  });

  after(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it('holds the library alone: no tests, no application, no monitor', () => {
    assert.deepEqual(
      tarball.files.filter(file => !PACKED.some(pattern => pattern.test(file))),
      [],
    );
    for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md']) assert.ok(tarball.files.includes(file), file);
  });

  it('has, for each compiled file, its declarations, its source and maps to it', () => {
    const files = new Set(tarball.files);
    const compiled = tarball.files.filter(file => file.endsWith('.js'));
    assert.ok(compiled.length > 100, String(compiled.length));
    for (const file of compiled) {
      const stem = file.slice(0, -'.js'.length);
      for (const end of ['.js.map', '.d.ts', '.d.ts.map']) assert.ok(files.has(stem + end), stem + end);
      const source = `${stem.slice('dist/'.length)}.ts`;
      assert.ok(files.has(source), source);
    }
  });

  it('may be published, and runs no script of its own where it is installed', () => {
    const { private: isPrivate, scripts } = project.packageJson;
    assert.equal(isPrivate, undefined);
    for (const script of ['preinstall', 'install', 'postinstall']) assert.ok(!(script in scripts), script);
  });

  it('runs a topology in an empty project of strict TypeScript, with no package but its dependencies', async () => {
    await project.copy('test/package/programs/word-count.ts');
    assert.equal(await project.compile(), '');
    assert.equal(await project.run('word-count.js'), '{"be":2,"not":1,"or":1,"to":2}');
  });

  it('has nothing internal in its types', async () => {
    await project.write(
      'internal.ts',
      `import type { InteractiveQueries, KGroupedStream, KStream, KTable, TimeWindowedKStream, Topology } from 'tributary';

type Arguments<C extends abstract new (...args: never) => unknown> = ConstructorParameters<C>['length'];
export const numbers: {
  stream: Arguments<typeof KStream>;
  table: Arguments<typeof KTable>;
  grouped: Arguments<typeof KGroupedStream>;
  windowed: Arguments<typeof TimeWindowedKStream>;
  queries: Arguments<typeof InteractiveQueries>;
} = { stream: 0, table: 0, grouped: 0, windowed: 0, queries: 0 };
export const parts: Record<keyof Topology, true> = { describe: true };
`,
    );
    assert.equal(await project.compile(), '');
  });

  it('has entries that load with its dependencies alone, or with the package that they are for', async () => {
    const entries = Object.keys(project.packageJson.exports);
    for (const entry of entries.filter(name => OPTIONAL[name] === undefined)) await load(entry);
    for (const [entry, packages] of Object.entries(OPTIONAL)) {
      assert.ok(entries.includes(entry), entry);
      await assert.rejects(load(entry), /ERR_MODULE_NOT_FOUND/, entry);
      await project.install(packages);
      await load(entry);
    }
    assert.deepEqual(
      Object.keys(project.packageJson.peerDependencies ?? {}).sort(),
      Object.values(OPTIONAL).flat().sort(),
    );
    const imports = entries.map(
      (entry, i) => `import * as entry${i} from '${nameOf(entry)}';\nexport { entry${i} };\n`,
    );
    await project.write('entries.ts', imports.join(''));
    assert.equal(await project.compile(), '');
  });

  it('runs operators of kafka-streams where that is installed', async () => {
    await project.install(['kafka-streams']);
    await project.copy('test/package/programs/piped.ts');
    assert.equal(await project.compile(), '');
    assert.equal(await project.run('piped.js'), '[["b",3]]');
  });

  async function load(entry: string): Promise<void> {
    await project.write('load.mjs', `await import('${nameOf(entry)}');\n`);
    await project.run('load.mjs');
  }

  function nameOf(entry: string): string {
    return project.packageJson.name + entry.slice(1);
  }
});
