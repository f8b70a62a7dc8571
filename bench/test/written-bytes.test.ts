import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { WrittenBytes } from '../measure/written-bytes.js';

const FIRST = '00000000000000000000.log';
const SECOND = '00000000000000000042.log';

describe('the bytes written to topics', () => {
  let directory: string;
  const file = (partition: string, name: string) => path.join(directory, partition, name);

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'written-bytes-'));
    for (const partition of ['a-0', 'a-1', 'with-dash-0']) await mkdir(path.join(directory, partition));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it('are the sizes of the segments of all partitions', async () => {
    await writeFile(file('a-0', FIRST), 'x'.repeat(10));
    await writeFile(file('a-1', FIRST), 'x'.repeat(20));
    await writeFile(file('a-1', '00000000000000000000.index'), 'x'.repeat(500));
    await writeFile(file('with-dash-0', FIRST), 'x'.repeat(40));
    const written = new WrittenBytes(directory);
    written.look();
    assert.equal(
      written.of(topic => topic === 'a'),
      30,
    );
    assert.equal(
      written.of(topic => topic === 'with-dash'),
      40,
    );
  });

  it('are still there after the broker compacted or deleted segments, or the topic', async () => {
    await writeFile(file('a-0', FIRST), 'x'.repeat(10));
    await writeFile(file('a-0', SECOND), 'x'.repeat(5));
    const written = new WrittenBytes(directory);
    written.look();
    await writeFile(file('a-0', FIRST), 'x');
    await rename(file('a-0', SECOND), `${file('a-0', SECOND)}.deleted`);
    written.look();
    await rename(path.join(directory, 'a-0'), path.join(directory, 'a-0.0123456789abcdef-delete'));
    written.look();
    assert.equal(
      written.of(() => true),
      15,
    );
  });
});
