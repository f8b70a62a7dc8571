import assert from 'node:assert/strict';
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { TaskState } from '../../stores/bytes/task-state.js';
import { UnreadableStateError } from '../../stores/bytes/unreadable-state-error.js';
import { type DiskStorage, diskStorage } from './level-backends.js';

const BATCHES = 20;
/** Enough for tables of several blocks. */
const MUCH = 1500;

describe('a damaged state directory', () => {
  let storage: DiskStorage;
  let discarded: boolean;

  beforeEach(async () => {
    storage = await diskStorage();
    discarded = false;
  });

  afterEach(() => storage.remove());

  function open(): Promise<TaskState> {
    return TaskState.open(storage.level(), ['rows'], {
      now: 0,
      cleanCacheBytes: 0,
      discard: async () => {
        discarded = true;
      },
    });
  }

  /** Batch n has `rows` rows, and says that the changelog reaches to n. */
  async function fill(rows: number): Promise<void> {
    const state = await open();
    for (let batch = 1; batch <= BATCHES; batch++) {
      for (let row = 0; row < rows; row++)
        state.store('rows').put(`${batch}-${row}`, Buffer.from(`${batch * row}`.padEnd(200)));
      state.stage();
      state.commit();
      await state.persist(0, new Map([['rows', batch]]));
    }
    await state.close();
  }

  /** The same, all of it in tables: LevelDB makes them of its logs when it is opened. */
  async function fillTables(): Promise<void> {
    await fill(MUCH);
    await (await open()).close();
  }

  async function damage(pattern: RegExp, change: (bytes: Buffer) => void): Promise<void> {
    const directory = join(storage.location, 'db');
    const [name] = (await readdir(directory)).filter(file => pattern.test(file)).sort();
    assert.ok(name !== undefined, `there is a file ${pattern}`);
    const bytes = await readFile(join(directory, name));
    change(bytes);
    await writeFile(join(directory, name), bytes);
  }

  const overwriteAt = (share: number) => (bytes: Buffer) => {
    const from = Math.floor(bytes.length * share);
    bytes.fill(0xee, from, from + 100);
  };

  async function isUnreadable(): Promise<void> {
    await assert.rejects(open(), (error: Error) => {
      assert.ok(error instanceof UnreadableStateError, `${error.name}: ${error.message}`);
      return true;
    });
  }

  it('is unreadable when the manifest is overwritten', async () => {
    await fill(1);
    await damage(/^MANIFEST/, bytes => bytes.fill(0xee));
    await isUnreadable();
  });

  it('is unreadable when the manifest is cut off', async () => {
    await fill(1);
    const directory = join(storage.location, 'db');
    for (const file of await readdir(directory))
      if (file.startsWith('MANIFEST')) await truncate(join(directory, file), 10);
    await isUnreadable();
  });

  it('is unreadable when CURRENT is garbage', async () => {
    await fill(1);
    await damage(/^CURRENT$/, bytes => bytes.fill('x'));
    await isUnreadable();
  });

  for (const share of [0, 0.3, 0.6]) {
    it(`is unreadable when a batch in the middle of LevelDB’s log is damaged, at ${share * 100}%`, async () => {
      await fill(20);
      await damage(/\.log$/, overwriteAt(share));
      await isUnreadable();
    });
  }

  it('is as of an earlier write, rows and offset together, when the end of the log is lost', async () => {
    await fill(20);
    const directory = join(storage.location, 'db');
    const [log] = (await readdir(directory)).filter(file => file.endsWith('.log'));
    assert.ok(log !== undefined);
    await truncate(join(directory, log), Math.floor((await readFile(join(directory, log))).length / 2));
    const state = await open();
    const offset = state.changelogOffset('rows') ?? 0;
    assert.ok(offset > 0 && offset < BATCHES, `offset ${offset}`);
    for (let batch = 1; batch <= BATCHES; batch++) {
      assert.equal(state.store('rows').get(`${batch}-19`) !== null, batch <= offset, `batch ${batch} of ${offset}`);
    }
    await state.close();
  });

  it('opens when a table is damaged, says so when that is read, and is discarded when it is closed', async () => {
    await fillTables();
    await damage(/\.ldb$/, overwriteAt(0.5));
    const state = await open();
    const readAll = (): void => {
      for (let batch = 1; batch <= BATCHES; batch++) {
        for (let row = 0; row < MUCH; row++) assert.notEqual(state.store('rows').get(`${batch}-${row}`), null);
      }
    };
    assert.throws(readAll, UnreadableStateError);
    await assert.rejects(state.store('rows').entries(), UnreadableStateError);
    assert.equal(discarded, false);
    await state.close();
    assert.equal(discarded, true);
  });

  const blocks: Record<string, (table: Buffer) => number> = {
    first: table => table.indexOf('the value of'),
    middle: table => table.indexOf('the value of', table.length / 2),
    last: table => table.lastIndexOf('the value of'),
  };
  for (const [damaged, placeIn] of Object.entries(blocks)) {
    it(`is unreadable, at the latest when it is read, and never lacks a row, when the ${damaged} block is damaged`, async () => {
      const rows = Array.from({ length: 40 }, (_, n) => `row ${String(n).padStart(2, '0')}`);
      const writer = await open();
      // A block for each row.
      for (const row of rows) writer.store('rows').put(row, Buffer.from(`the value of ${row}, `.repeat(500)));
      writer.stage();
      writer.commit();
      await writer.persist(0, new Map([['rows', 1]]));
      await writer.close();
      await (await open()).close();
      await damage(/\.ldb$/, bytes => {
        const at = placeIn(bytes);
        assert.ok(at > 0);
        bytes.fill(0xee, at - 10, at + 30);
      });
      const readAll = async (): Promise<void> => {
        const state = await open();
        try {
          for (const row of rows) assert.notEqual(state.store('rows').get(row), null, row);
        } finally {
          await state.close();
        }
      };
      await assert.rejects(readAll, UnreadableStateError);
    });
  }

  for (const reverse of [false, true]) {
    it(`is unreadable when a scan ${reverse ? 'in reverse ' : ''}breaks off after a block that is damaged`, async () => {
      const rows = Array.from({ length: 40 }, (_, n) => `row ${String(n).padStart(2, '0')}`);
      const writer = await open();
      // A block for each row.
      for (const row of rows) writer.store('rows').put(row, Buffer.from(`the value of ${row}, `.repeat(500)));
      writer.stage();
      writer.commit();
      await writer.persist(0, new Map([['rows', 1]]));
      await writer.close();
      await (await open()).close();
      await damage(/\.ldb$/, bytes => {
        const at = bytes.indexOf('the value of', bytes.length / 2);
        assert.ok(at > 0);
        bytes.fill(0xee, at - 10, at + 30);
      });
      const state = await open();
      const last = reverse ? 'row 10' : 'row 30';
      const readUntilLast = async (): Promise<void> => {
        for await (const [key] of state.store('rows').scan(undefined, { reverse })) if (key === last) break;
      };
      await assert.rejects(readUntilLast, UnreadableStateError);
      await state.close();
      assert.equal(discarded, true);
    });
  }

  const tableDamages: Record<string, (table: string) => Promise<void>> = {
    'one byte short': async table => truncate(table, (await readFile(table)).length - 1),
    gone: table => rm(table),
  };
  for (const [damaged, harm] of Object.entries(tableDamages)) {
    it(`is unreadable, at the latest when it is read, when a table is ${damaged}`, async () => {
      await fillTables();
      const directory = join(storage.location, 'db');
      const tables = (await readdir(directory)).filter(file => file.endsWith('.ldb'));
      assert.ok(tables.length > 0);
      for (const table of tables) await harm(join(directory, table));
      const readAll = async (): Promise<void> => {
        const state = await open();
        try {
          await state.store('rows').entries();
        } finally {
          await state.close();
        }
      };
      await assert.rejects(readAll, UnreadableStateError);
    });
  }

  it('is what it was when nothing is damaged', async () => {
    await fill(20);
    const state = await open();
    assert.equal(state.changelogOffset('rows'), BATCHES);
    assert.equal((await state.store('rows').entries()).length, BATCHES * 20);
    await state.close();
    assert.equal(discarded, false);
  });
});
