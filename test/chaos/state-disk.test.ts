import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { StateDisk } from './state-disk.js';

const MEBIBYTE = Buffer.alloc(1024 * 1024);

describe('a state disk', () => {
  let directory: string;
  let disk: StateDisk;

  beforeEach(async function () {
    directory = await mkdtemp(path.join(tmpdir(), 'tributary-disk-test-'));
    disk = await StateDisk.fillable(directory);
    if (!disk.isMounted) {
      process.stderr.write('      skipped: no file system can be mounted here\n');
      await rm(directory, { recursive: true });
      this.skip();
    }
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('has no space while it is filled, and all of it again afterwards', async () => {
    let filled = true;
    const over = disk.fill(500).then(() => {
      filled = false;
    });
    let code: string | undefined;
    for (let n = 0; filled && code === undefined; n++) {
      code = await codeOf(writeFile(path.join(disk.state, String(n)), MEBIBYTE));
    }
    assert.equal(code, 'ENOSPC');
    await over;
    const file = path.join(disk.state, 'file');
    await writeFile(file, MEBIBYTE);
    assert.deepEqual(await readFile(file), MEBIBYTE);
    await disk.close({ keep: false });
  });

  it('is nowhere when it is closed, but for what is to be kept', async () => {
    await writeFile(path.join(disk.state, 'file'), 'kept');
    assert.deepEqual(await readdir(directory), []);
    await disk.close({ keep: true });
    assert.equal(await readFile(path.join(directory, 'state', 'file'), 'utf8'), 'kept');
    assert.equal(existsSync(disk.state), false);
  });
});

async function codeOf(written: Promise<void>): Promise<string | undefined> {
  try {
    await written;
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}
