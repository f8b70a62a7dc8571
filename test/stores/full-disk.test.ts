import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'mocha';
import { StateAccessError } from '../../stores/bytes/state-access-error.js';
import { StateDatabase } from '../../stores/bytes/state-database.js';
import type { FullDiskReport } from './full-disk-writer.js';
import { type DiskStorage, diskStorage } from './level-backends.js';
import { writeAll } from './write-all.js';

const WRITER = fileURLToPath(new URL('./full-disk-writer.js', import.meta.url));

describe('a state database whose disk was full', () => {
  it('has after kill -9 what it acknowledged, and acknowledges nothing until it is opened again', async function () {
    if (spawnSync('prlimit', ['--version']).error !== undefined) {
      process.stderr.write('      skipped: there is no prlimit here, which takes the space away\n');
      this.skip();
    }
    const storage = await diskStorage();
    try {
      const { acknowledged, refused } = await writer(storage);
      assert.deepEqual(acknowledged, [0, 1, 2]);
      assert.deepEqual(refused, Array(5).fill(StateAccessError.name));
      const database = await StateDatabase.open(storage.level());
      try {
        assert.equal(String(database.get('last')), '2');
        for (const number of acknowledged) assert.equal(database.get(`entry ${number}`)?.length, 20_000);
        await writeAll(database, [{ key: 'last', value: Buffer.from('3') }]);
        assert.equal(String(database.get('last')), '3');
      } finally {
        await database.close();
      }
    } finally {
      await storage.remove();
    }
  });
});

function writer({ location }: DiskStorage): Promise<FullDiskReport> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [WRITER, join(location, 'db')], (error, stdout, stderr) => {
      if (error?.signal === 'SIGKILL') resolve(JSON.parse(stdout) as FullDiskReport);
      else reject(new Error(`the writer did not die by SIGKILL: ${stderr}`, { cause: error }));
    });
  });
}
