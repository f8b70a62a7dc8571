import assert from 'node:assert/strict';
import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { RecordSource } from '../../producer/record-source.js';
import { usersOfFile, usersOfStream } from '../../producer/users-file.js';

async function valuesOf(source: RecordSource): Promise<string[]> {
  const values: string[] = [];
  for await (const { records } of source) values.push(...records.map(({ value }) => value.toString()));
  return values;
}

describe('usersOfFile', () => {
  let directory = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'users-file-'));
  });
  after(() => rm(directory, { recursive: true }));

  it('reads a file', async () => {
    const path = join(directory, 'users.json');
    await writeFile(path, '[{"id":1},{"id":2}]');
    assert.deepEqual(await valuesOf(await usersOfFile(path)), ['{"id":1}', '{"id":2}']);
  });

  it('holds nothing open that is not read, since the cluster may refuse its settings first', async () => {
    const path = join(directory, 'unread.json');
    await writeFile(path, '[{"id":1}]');
    await usersOfFile(path);
    const open = await Promise.all(
      (await readdir('/proc/self/fd')).map(fd => readlink(`/proc/self/fd/${fd}`).catch(() => 'closed meanwhile')),
    );
    assert.equal(open.includes(path), false);
  });

  it('says at once that it can not read what is missing or a directory', async () => {
    await assert.rejects(usersOfFile(join(directory, 'nothing.json')), /ENOENT/);
    await assert.rejects(usersOfFile(directory), /EISDIR/);
  });
});

describe('usersOfStream', () => {
  it('ends without an error when it is aborted while it waits for more', async () => {
    const stream = new PassThrough();
    const stop = new AbortController();
    stream.write('{"id":1}\n');
    const values: string[] = [];
    const ended = (async () => {
      for await (const { records } of usersOfStream(stream, stop.signal)) {
        values.push(...records.map(({ value }) => value.toString()));
        stop.abort();
      }
    })();
    await ended;
    assert.deepEqual(values, ['{"id":1}']);
  });
});
