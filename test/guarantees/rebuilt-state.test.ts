import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type Level, type LevelBatch, StateDatabase } from '../../stores/bytes/state-database.js';
import { resumeOnError } from '../../streams/index.js';
import { MemoryStateDirectory } from '../../streams/testing/memory-state-directory.js';
import { applicationForEachTest } from '../runtime/application-for-each-test.js';
import type { TestApplication } from '../runtime/test-application.js';
import { writeAll } from '../stores/write-all.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A disk on which the rows of the store `counts` can't be read, until they are deleted. */
class DamagedDirectory extends MemoryStateDirectory {
  readonly #damaged = new Set<string>();
  readonly wiped: string[] = [];
  /** Reads and writes that the disk will refuse. */
  refusals = 0;

  damage(task: string): void {
    this.#damaged.add(task);
  }

  override level(task: string): Level {
    const level = super.level(task);
    const getSync = (key: string): Buffer | undefined => {
      if (this.#damaged.has(task) && key.startsWith('counts\0')) throw new Error('Corruption: block checksum mismatch');
      if (key.startsWith('counts\0')) this.#refuse('Input/output error');
      return level.getSync(key);
    };
    const batch = (): LevelBatch => {
      this.#refuse('No space left on device');
      return level.batch();
    };
    return new Proxy(level, {
      get: (_, name) => {
        if (name === 'getSync') return getSync;
        if (name === 'batch') return batch;
        const member: unknown = Reflect.get(level, name);
        return typeof member === 'function' ? member.bind(level) : member;
      },
    });
  }

  #refuse(why: string): void {
    if (this.refusals === 0) return;
    this.refusals--;
    throw new Error(`IO error: 000003.log: ${why}`);
  }

  override async wipe(task: string): Promise<void> {
    this.wiped.push(task);
    this.#damaged.delete(task);
    await super.wipe(task);
  }
}

describe('state that can not be used', () => {
  let app: TestApplication;
  let directory: DamagedDirectory;

  applicationForEachTest(async created => {
    app = created;
    directory = new DamagedDirectory();
    app.directory = directory;
    await countOne('1');
  });

  /** An application that starts, counts one record more, and is closed. */
  async function countOne(expected: string): Promise<void> {
    const before = app.output().length;
    const streams = app.start();
    app.send(1);
    await app.until(() => app.output().length > before);
    assert.equal(app.output().at(-1), expected);
    await streams.close();
  }

  /** What another instance does meanwhile. */
  async function countOneElsewhere(expected: string): Promise<void> {
    const other = new MemoryStateDirectory('other');
    app.directory = other;
    app.cluster.expire(directory.instanceId);
    await countOne(expected);
    app.directory = directory;
    app.cluster.expire(other.instanceId);
  }

  it('is rebuilt from the changelog when that was written for a day by others: tombstones may be gone since', async () => {
    app.clock.aheadMs = DAY_MS;
    await countOneElsewhere('2');
    await countOne('3');
    assert.match(
      app.warnings.join('\n'),
      /task 0_0: its store counts is rebuilt from app-counts-changelog-0: .* a day/,
    );
    assert.doesNotMatch(app.warnings.join(), /0_1/);
  });

  it('is kept when others have written its changelog for less than a day', async () => {
    app.clock.aheadMs = DAY_MS - 2 * HOUR_MS;
    await countOneElsewhere('2');
    await countOne('3');
    assert.deepEqual(app.warnings, []);
  });

  it('is kept for as long as nobody writes its changelog, whatever retention has deleted there', async () => {
    app.clock.aheadMs = 30 * DAY_MS;
    const [changelog] = app.cluster.logs('app-counts-changelog');
    changelog?.deleteRecords(changelog.high);
    await countOne('2');
    assert.deepEqual(app.warnings, []);
  });

  it('is rebuilt when it is of another format, and that of other tasks is kept', async () => {
    const database = await StateDatabase.open(directory.level('0_0'));
    await writeAll(database, [{ key: '\0format', value: Buffer.from('0') }]);
    await database.close();
    await countOne('2');
    assert.deepEqual(directory.wiped, ['0_0']);
    assert.match(app.warnings.join(), /format 0/);
  });

  it('is rebuilt when its changelog was deleted and created again: from the one that is there', async () => {
    app.cluster.deleteTopic('app-counts-changelog');
    await countOne('1');
    assert.match(app.warnings.join('\n'), /task 0_0: its store counts is rebuilt .* outside 0 to 0/);
  });

  it('stays where the disk refuses a read or a write: a new worker goes on from it, and every record counts once', async () => {
    directory.refusals = 2;
    const streams = app.start({ processingExceptionHandler: resumeOnError });
    app.send(1);
    await app.until(() => app.output().length > 1);
    assert.equal(app.output().at(-1), '2');
    await app.until(() => directory.refusals === 0);
    await streams.close();
    assert.deepEqual(directory.wiped, []);
    assert.match(app.warnings.join(), /worker stopped.*LevelDB: IO error/);
    assert.ok(!app.states.includes('ERROR'));
    await countOne('3');
  });

  it('is rebuilt when it is found damaged while the application runs, and every record counts once', async () => {
    directory.damage('0_0');
    await countOne('2');
    assert.deepEqual(directory.wiped, ['0_0']);
    assert.match(app.warnings.join(), /worker stopped.*corruption/);
    assert.ok(!app.states.includes('ERROR'));
  });
});
