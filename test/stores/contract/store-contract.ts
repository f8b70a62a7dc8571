import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { EntryTooLargeError } from '../../../stores/bytes/entry-too-large-error.js';
import type { LevelBackend } from '../level-backends.js';
import { type Action, actions, StoreModel } from './store-model.js';
import { StoreOfTask } from './store-of-task.js';
import type { Entry, FilledCell, Subject } from './subject.js';

const KEYS = ['', 'a', 'a\0', 'b', 'ä€'];
const TIMES = [0, 1, 9, 10, 25, 40];
const MANY = 500;

/** What every kind of store must hold, on every backend. */
export function storeContract(subject: Subject, backend: LevelBackend): void {
  describe(`a store of the kind ${subject.kind.kind} on ${backend.name}`, () => {
    let task: StoreOfTask;
    let model: StoreModel;

    beforeEach(async () => {
      task = await StoreOfTask.create(subject, backend);
      model = new StoreModel(subject);
    });

    afterEach(() => task.close());

    /** Does it, and what the model of the store does. */
    async function act(action: Action): Promise<void> {
      assert.ok(model.allows(action));
      model.apply(action);
      switch (action.kind) {
        case 'put':
          task.store.put(action.entry);
          return;
        case 'delete':
          task.store.delete(action.cell);
          return;
        case 'expireBelow':
          task.store.expireBelow(action.time);
          return;
        case 'stage':
          task.stage();
          return;
        case 'commit':
          task.commit();
          return;
        case 'persist':
          await task.persist();
          return;
        default:
          await task[action.kind](model.committedExpiry);
      }
    }

    async function put(...entries: readonly Entry[]): Promise<void> {
      for (const entry of entries) await act({ kind: 'put', entry });
    }

    async function commit(): Promise<void> {
      await act({ kind: 'stage' });
      await act({ kind: 'commit' });
    }

    function assertGets(message: string): void {
      for (const key of KEYS) {
        for (const time of TIMES) {
          const cell = subject.cellOf({ key, time, value: '' });
          assert.deepEqual(task.store.get(cell), model.get(cell), `${message}: ${JSON.stringify(key)} at ${time}`);
        }
      }
    }

    async function assertAll(expected: readonly FilledCell[] = model.all): Promise<void> {
      assert.deepEqual(await task.store.all(), expected);
    }

    it('is what a model of it is, through any sequence of transactions, writes to disk, crashes and lost disks', async () => {
      await fc.assert(
        fc.asyncProperty(actions(KEYS, TIMES), async sequence => {
          await task.close();
          task = await StoreOfTask.create(subject, backend);
          model = new StoreModel(subject);
          for (const action of sequence) {
            if (!model.allows(action)) continue;
            await act(action);
            assertGets(action.kind);
          }
          await assertAll();
        }),
        { numRuns: backend.runs },
      );
    });

    it('has what was put, and nothing else', async () => {
      assertGets('empty');
      await put(
        { key: 'a', time: 10, value: 'x' },
        { key: 'ä€', time: 25, value: 'y' },
        { key: 'a', time: 10, value: 'z' },
      );
      assertGets('put');
      assert.notEqual(task.store.get(subject.cellOf({ key: 'a', time: 10, value: '' })), null);
    });

    if (subject.deletes) {
      it('does not have what was deleted, nor on disk', async () => {
        await put({ key: 'a', time: 10, value: 'x' });
        await commit();
        await act({ kind: 'persist' });
        assert.equal(await task.rowsOnDisk(), 1);
        await act({ kind: 'delete', cell: { key: 'a', time: 10 } });
        assertGets('deleted');
        await commit();
        await act({ kind: 'persist' });
        assert.equal(await task.rowsOnDisk(), 0);
      });
    }

    it('sends the writes of a transaction to its changelog when it commits, and none of one that is aborted', async () => {
      await put({ key: 'a', time: 10, value: 'x' });
      await act({ kind: 'stage' });
      await put({ key: 'b', time: 10, value: 'y' });
      assert.equal(task.changelog.length, 0);
      await act({ kind: 'abort' });
      await assertAll([]);
      await put({ key: 'a', time: 25, value: 'x' });
      await commit();
      assert.equal(task.changelog.length, 1);
      assertGets('committed');
    });

    it('lists its entries in order, those of the disk, of the commit under way and of the transaction alike', async () => {
      const entries = KEYS.flatMap((key, k) =>
        TIMES.map((time, t) => ({ key, time, value: `${(k * 7 + t * 5) % 11}` })),
      );
      for (const [index, entry] of entries.reverse().entries()) {
        await put(entry);
        if (index === 9) await commit();
        if (index === 9) await act({ kind: 'persist' });
        if (index === 19) await act({ kind: 'stage' });
      }
      await assertAll();
    });

    for (const lost of ['crash', 'rebuild'] as const) {
      it(`has ${MANY} entries of each key again ${lost === 'crash' ? 'after a crash' : 'from its changelog alone'}`, async () => {
        for (let n = 0; n < MANY; n++) {
          const time = (n * 7) % 50;
          await put(...KEYS.map(key => ({ key, time, value: `${n} ${key}`.repeat(1 + (n % 50)) })));
          if (n === MANY / 2) await commit();
          if (n === MANY / 2) await act({ kind: 'persist' });
        }
        await commit();
        const before = model.all;
        await act({ kind: lost });
        await assertAll(before);
      });
    }

    if (subject.expires) {
      it('forgets what has expired, and frees the disk of it, when the transaction that let it expire has committed', async () => {
        await put(...TIMES.map(time => ({ key: 'a', time, value: 'x' })));
        await commit();
        await act({ kind: 'persist' });
        const rows = await task.rowsOnDisk();
        await act({ kind: 'expireBelow', time: 20 });
        assertGets('expired');
        await act({ kind: 'abort' });
        assertGets('aborted');
        await act({ kind: 'expireBelow', time: 20 });
        await put({ key: 'b', time: 40, value: 'x' });
        await commit();
        await act({ kind: 'persist' });
        const left = await task.rowsOnDisk();
        assert.ok(left < rows + 1, `${left} rows of ${rows}`);
        await act({ kind: 'crash' });
        await assertAll();
      });
    }

    it('has a changelog that loses old records if, and only if, entries expire', () => {
      const { cleanup, changelog } = subject.kind;
      assert.equal(cleanup.policy !== 'compact', subject.expires);
      // What is not compacted grows with each write: nothing may be written twice.
      if (cleanup.policy === 'delete') assert.equal(subject.deletes || changelog.hasTombstones, false);
      if (subject.deletes) assert.equal(changelog.hasTombstones, true);
    });

    it('refuses an entry that its changelog can not take, and is as before', async () => {
      const limit = 200;
      task.limitRecords(limit);
      await put({ key: 'a', time: 10, value: 'x' });
      for (let length = 0; length <= limit; length++) {
        // The key is long too: a kind may keep no value.
        const entry = { key: 'k'.repeat(length), time: 25, value: 'v'.repeat(length) };
        try {
          task.store.put(entry);
          model.apply({ kind: 'put', entry });
        } catch (error) {
          assert.ok(error instanceof EntryTooLargeError);
          assert.equal(task.store.get(subject.cellOf(entry)), null);
        }
      }
      assert.equal(task.store.get(subject.cellOf({ key: 'k'.repeat(limit), time: 25, value: '' })), null);
      await commit();
      for (const { key, value } of task.changelog) {
        assert.ok((key?.length ?? 0) + (value?.length ?? 0) <= limit || subject.packs);
      }
      await act({ kind: 'rebuild' });
      await assertAll();
    });
  });
}
