import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { TaskState } from '../../stores/bytes/task-state.js';
import { type DiskStorage, diskStorage } from './level-backends.js';

const NOW = 1_700_000_000_000;
/** The last number is that of a batch on disk too. */
const NAMES = ['kept', 'volatile', '1'];

describe('the state of a task with stores in memory', () => {
  let storage: DiskStorage;
  let state: TaskState;

  const open = (inMemory: readonly string[]): Promise<TaskState> =>
    TaskState.open(storage.level(), NAMES, {
      now: NOW,
      cleanCacheBytes: 2000,
      discard: () => storage.remove(),
      inMemory,
    });

  beforeEach(async () => {
    storage = await diskStorage();
    state = await open(['volatile', '1']);
  });

  afterEach(async () => {
    await state.close();
    await storage.remove();
  });

  async function reopen(inMemory: readonly string[]): Promise<void> {
    await state.close();
    state = await open(inMemory);
  }

  async function write(offset: number, key = 'a'): Promise<void> {
    for (const store of NAMES) state.store(store).put(key, Buffer.from(`${store} ${offset}`));
    state.stage();
    state.commit();
    await state.persist(NOW, new Map(NAMES.map(store => [store, offset])));
  }

  const rows = (key = 'a'): unknown[] => NAMES.map(store => state.store(store).get(key)?.toString());
  const offsets = (): unknown[] => NAMES.map(store => state.changelogOffset(store));

  async function keysOnDisk(): Promise<string[]> {
    await state.close();
    const level = storage.level();
    await level.open();
    const keys: string[] = [];
    for await (const [key] of level.iterator({ gte: '', lt: '\uffff' })) keys.push(key);
    await level.close();
    state = await open([]);
    return keys;
  }

  it('has the rows of all while it is open', async () => {
    await write(5);
    assert.deepEqual(rows(), ['kept 5', 'volatile 5', '1 5']);
    assert.deepEqual(offsets(), [5, 5, 5]);
  });

  it('has neither the rows of these stores nor their offsets when it is opened again', async () => {
    await write(5);
    await reopen(['volatile', '1']);
    assert.deepEqual(rows(), ['kept 5', undefined, undefined]);
    assert.deepEqual(offsets(), [5, undefined, undefined]);
  });

  it('writes nothing of these stores to disk', async () => {
    await write(5);
    const keys = await keysOnDisk();
    assert.deepEqual(
      keys.filter(key => key.includes('volatile')),
      [],
    );
    assert.ok(keys.includes('kept\0a'));
    assert.ok(keys.includes('\0batch\x001'), 'the number of the batch is on disk, though a store has this name');
  });

  it('writes more rows than it writes in one turn, and deletes them', async () => {
    const store = state.store('volatile');
    const keys = Array.from({ length: 2500 }, (_, n) => `key-${String(n).padStart(5, '0')}`);
    const persist = async (value: Buffer | null): Promise<void> => {
      for (const key of keys) store.put(key, value);
      state.stage();
      state.commit();
      await state.persist(NOW, new Map());
    };
    await persist(Buffer.from([0, 128, 255]));
    const entries = await store.entries();
    assert.deepEqual(
      entries.map(([key]) => key),
      keys,
    );
    assert.deepEqual(entries[2400]?.[1], Buffer.from([0, 128, 255]));
    await persist(null);
    assert.deepEqual(await store.entries(), []);
  });

  it('lets other work have its turn while it writes', async () => {
    const store = state.store('volatile');
    for (let n = 0; n < 5000; n++) store.put(`key-${n}`, Buffer.alloc(1));
    state.stage();
    state.commit();
    let turns = 0;
    let written = false;
    const count = (): void => {
      turns++;
      if (!written) setImmediate(count);
    };
    setImmediate(count);
    await state.persist(NOW, new Map()).finally(() => {
      written = true;
    });
    assert.ok(turns >= 5, `${turns} turns`);
  });

  it('does not keep the memory that a value is a part of', async () => {
    const large = Buffer.alloc(1000, 7);
    state.store('volatile').put('a', large.subarray(10, 12));
    state.stage();
    state.commit();
    await state.persist(NOW, new Map());
    large.fill(0);
    assert.deepEqual(state.store('volatile').get('a'), Buffer.from([7, 7]));
  });

  it('reads a store that was in memory before from the beginning of its changelog', async () => {
    await write(5);
    await reopen([]);
    assert.deepEqual(offsets(), [5, undefined, undefined]);
  });

  it('goes on from what is on disk of a store that was in memory meanwhile', async () => {
    await reopen([]);
    await write(5);
    await reopen(['volatile', '1']);
    assert.deepEqual(rows(), ['kept 5', undefined, undefined]);
    await write(9, 'b');
    await reopen([]);
    assert.deepEqual(offsets(), [9, 5, 5]);
    assert.deepEqual(
      [rows(), rows('b')],
      [
        ['kept 5', 'volatile 5', '1 5'],
        ['kept 9', undefined, undefined],
      ],
    );
  });
});
