import { TaskState } from '../../../stores/bytes/task-state.js';
import type { LevelBackend, Storage } from '../level-backends.js';
import type { StoreAtWork, Subject } from './subject.js';

const NAME = 'rows';
const NOW = 1_700_000_000_000;

interface ChangelogRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** A store of one task with its changelog, from process to process. */
export class StoreOfTask {
  readonly #subject: Subject;
  readonly #backend: LevelBackend;
  #storage: Storage;
  #state: TaskState;
  #store: StoreAtWork;
  #staged: ChangelogRecord[] = [];
  /** What the broker has. Each record has its index as offset. */
  #changelog: ChangelogRecord[] = [];

  private constructor(subject: Subject, backend: LevelBackend, storage: Storage, state: TaskState, store: StoreAtWork) {
    this.#subject = subject;
    this.#backend = backend;
    this.#storage = storage;
    this.#state = state;
    this.#store = store;
  }

  static async create(subject: Subject, backend: LevelBackend): Promise<StoreOfTask> {
    const storage = await backend.create();
    const state = await openState(storage);
    return new StoreOfTask(subject, backend, storage, state, await subject.open(state.store(NAME)));
  }

  get store(): StoreAtWork {
    return this.#store;
  }

  get changelog(): readonly ChangelogRecord[] {
    return this.#changelog;
  }

  limitRecords(maxBytes: number): void {
    this.#state.store(NAME).limitEntries(maxBytes - this.#subject.kind.changelog.overheadBytes);
  }

  stage(): void {
    const { changelog } = this.#subject.kind;
    const writes = this.#state.store(NAME).stage();
    changelog.encode(writes, (key, value) => void this.#staged.push({ key, value }));
  }

  commit(): void {
    this.#state.commit();
    this.#changelog.push(...this.#staged);
    this.#staged = [];
  }

  /** The operator begins again with the time that it had at the last commit. */
  async abort(expiredBelow = 0): Promise<void> {
    this.#state.rollback();
    this.#staged = [];
    await this.#begin(expiredBelow);
  }

  async persist(): Promise<void> {
    await this.#state.persist(NOW, new Map([[NAME, this.#changelog.length]]));
  }

  /** The process dies. The next one replays what the disk does not have. */
  async crash(expiredBelow = 0): Promise<void> {
    await this.#state.close();
    this.#state = await openState(this.#storage);
    this.#staged = [];
    await this.#restore(this.#changelog);
    await this.#begin(expiredBelow);
  }

  /** The disk is lost too, and the broker has compacted the changelog where it may. */
  async rebuild(expiredBelow = 0): Promise<void> {
    await this.close();
    this.#storage = await this.#backend.create();
    this.#state = await openState(this.#storage);
    this.#staged = [];
    this.#changelog = this.#subject.kind.cleanup.policy === 'delete' ? this.#changelog : compacted(this.#changelog);
    await this.#restore(this.#changelog);
    await this.#begin(expiredBelow);
  }

  async rowsOnDisk(): Promise<number> {
    await this.#state.close();
    const level = this.#storage.level();
    await level.open();
    let rows = 0;
    for await (const _ of level.iterator({ gte: NAME, lt: `${NAME}\u0001` })) rows++;
    await level.close();
    this.#state = await openState(this.#storage);
    await this.#begin(0);
    return rows;
  }

  async close(): Promise<void> {
    await this.#state.close();
    await this.#storage.remove();
  }

  async #restore(changelog: readonly ChangelogRecord[]): Promise<void> {
    const batch = this.#state.restoring(NAME);
    for (const { key, value } of changelog.slice(this.#state.changelogOffset(NAME) ?? 0)) {
      this.#subject.kind.changelog.decode(key, value, batch);
    }
    await batch.write(changelog.length, NOW);
  }

  async #begin(expiredBelow: number): Promise<void> {
    this.#store = await this.#subject.open(this.#state.store(NAME));
    if (expiredBelow > 0) this.#store.expireBelow(expiredBelow);
  }
}

/** The last record of each key, in the order of the topic. Tombstones are older than `delete.retention.ms`. */
function compacted(changelog: readonly ChangelogRecord[]): ChangelogRecord[] {
  const last = new Map(changelog.map(record => [record.key?.toString('hex'), record]));
  return changelog.filter(record => record.value !== null && last.get(record.key?.toString('hex')) === record);
}

function openState(storage: Storage): Promise<TaskState> {
  return TaskState.open(storage.level(), [NAME], {
    now: NOW,
    cleanCacheBytes: 1000,
    discard: () => storage.remove(),
  });
}
