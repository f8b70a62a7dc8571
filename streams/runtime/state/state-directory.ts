import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Level as DiskLevel } from 'level';
import { isCorruption, type Level } from '../../../stores/bytes/state-database.js';
import type { Logger } from '../../kafka/logger.js';
import { asError, StreamsError } from '../errors.js';
import type { ApplicationIdentity } from './application-identity.js';
import { type GroupMember, groupInstanceId, memberWith, resubscribed, resubscribing } from './group-member.js';

/** The directory in which tasks and global stores keep their state: the slot of one instance. */
export interface StateDirectory {
  /** A random id, the same for the life of the slot: the instance's identity in the group. */
  readonly instanceId: string;
  /** The path, for people. */
  readonly location: string;
  /** The application of this state. undefined in a new slot. */
  readonly application: ApplicationIdentity | undefined;
  /** From now on the state belongs to this application. State of another application is deleted. */
  adopt(application: ApplicationIdentity): Promise<void>;
  /** The `group.instance.id` of the instance with a subscription to these topics. It is kept. */
  memberId(topics: readonly string[]): Promise<string>;
  /** The member is about to subscribe to other topics. If it never knows the outcome, its `group.instance.id` changes. */
  resubscribing(): Promise<void>;
  /** The member has subscribed to these topics, and keeps its `group.instance.id`. */
  resubscribed(topics: readonly string[]): Promise<void>;
  /** The database of a task or of a global store, not open yet. */
  level(task: string): Level;
  /** Deletes the state of a task or of a global store. */
  wipe(task: string): Promise<void>;
  /** Releases the slot. */
  release(): Promise<void>;
}

const INSTANCE_ID = 'instance.id';
const APPLICATION = 'application';
const MEMBER = 'member';
const LOCK = 'instance';
/** A process that repairs a slot holds the lock of this database. */
const REPAIR = 'repair';
const MAX_SLOTS = 1000;
/**
 * A process has many tasks, each with its own caches. LevelDB's defaults, 8 MB and twice 4 MB a database, would add up.
 */
const MEMORY = { cacheSize: 2 * 1024 * 1024, writeBufferSize: 2 * 1024 * 1024 } as const;
const OPTIONS = { keyEncoding: 'utf8', valueEncoding: 'buffer', ...MEMORY } as const;

/**
 * Takes the lowest free slot under `<stateDir>/<applicationId>`. The lock is LevelDB's own, on a small database of the
 * slot, so it ends with the process. A process that restarts finds its slot, with its identity and its state. If that
 * database is damaged, the slot gets a new identity and keeps its state.
 */
export async function takeSlot(stateDir: string, applicationId: string, logger: Logger): Promise<StateDirectory> {
  const base = join(stateDir, applicationId);
  await mkdir(base, { recursive: true });
  for (let slot = 0; slot < MAX_SLOTS; slot++) {
    const location = join(base, String(slot));
    await mkdir(location, { recursive: true });
    try {
      const lock = await openLock(location, logger);
      if (lock !== undefined) return await openSlot(location, lock);
    } catch (error) {
      throw unusable(location, error);
    }
  }
  throw new Error(`all ${MAX_SLOTS} slots of ${base} are taken`);
}

/**
 * The state of the application on this machine. undefined if there is none. Throws a StreamsError if a process of the
 * application uses a slot there.
 */
export async function unusedState(stateDir: string, applicationId: string): Promise<string | undefined> {
  const base = join(stateDir, applicationId);
  if (!existsSync(base)) return undefined;
  for (const slot of await readdir(base)) {
    const database = join(base, slot, LOCK);
    if (!existsSync(database)) continue;
    const lock = await opened(database).catch((error: unknown) => {
      // It will be deleted, so damage does not matter.
      if (isCorruption(error)) return 'damaged' as const;
      throw error;
    });
    if (lock === undefined) throw new StreamsError(`a process uses ${join(base, slot)}: stop it first`);
    if (lock !== 'damaged') await lock.close();
  }
  return base;
}

type Lock = DiskLevel<string, string>;

/** undefined if another process has the slot. */
async function openLock(location: string, logger: Logger): Promise<Lock | undefined> {
  try {
    return await opened(join(location, LOCK));
  } catch (error) {
    if (!isCorruption(error)) throw error;
    logger.warn(`the identity of the instance in ${location} is damaged: it gets a new one`);
    return await repaired(location);
  }
}

/** One process at a time: a database that another process has repaired and opened must not be moved. */
async function repaired(location: string): Promise<Lock | undefined> {
  const repair = await opened(join(location, REPAIR));
  if (repair === undefined) return undefined;
  const database = join(location, LOCK);
  try {
    return await opened(database);
  } catch (error) {
    if (!isCorruption(error)) throw error;
    const damaged = `${database}.damaged`;
    await rm(damaged, { recursive: true, force: true });
    await rename(database, damaged);
    await rm(damaged, { recursive: true });
    return await opened(database);
  } finally {
    await repair.close();
  }
}

/**
 * undefined if another process has it open. Rejects too if a part of it can't be read: LevelDB checks a table only when
 * it reads or compacts it, and then accepts no more writes.
 */
async function opened(location: string): Promise<Lock | undefined> {
  const level = new DiskLevel<string, string>(location);
  try {
    await level.open();
  } catch (error) {
    if (isLocked(error)) return undefined;
    throw error;
  }
  try {
    await level.iterator().all();
    return level;
  } catch (error) {
    await level.close();
    throw error;
  }
}

async function openSlot(location: string, lock: Lock): Promise<StateDirectory> {
  let instanceId = lock.getSync(INSTANCE_ID);
  if (instanceId === undefined) {
    instanceId = randomUUID();
    await lock.put(INSTANCE_ID, instanceId);
  }
  const stored = lock.getSync(APPLICATION);
  const application = stored === undefined ? undefined : (JSON.parse(stored) as ApplicationIdentity);
  const directoryOf = (task: string): string => join(location, task);
  const keepMember = async <M extends GroupMember | undefined>(
    change: (before: GroupMember | undefined) => M,
  ): Promise<M> => {
    try {
      const known = lock.getSync(MEMBER);
      const before = known === undefined ? undefined : (JSON.parse(known) as GroupMember);
      const member = change(before);
      if (member !== undefined && member !== before) await lock.put(MEMBER, JSON.stringify(member));
      return member;
    } catch (error) {
      throw unusable(location, error);
    }
  };
  return {
    instanceId,
    location,
    application,
    async adopt(adopted) {
      if (application !== undefined && application.id !== adopted.id) {
        for (const name of await readdir(location)) {
          if (name !== LOCK) await rm(join(location, name), { recursive: true, force: true });
        }
      }
      // Last: if the process dies before, the next start deletes the rest.
      await lock.put(APPLICATION, JSON.stringify(adopted));
    },
    async memberId(topics) {
      // A slot that is in use and has no member was a member with topics that are not known.
      const unknown = application === undefined ? undefined : { topics: [], changes: 0 };
      return groupInstanceId(instanceId, await keepMember(before => memberWith(topics, before ?? unknown)));
    },
    async resubscribing() {
      await keepMember(before => before && resubscribing(before));
    },
    async resubscribed(topics) {
      await keepMember(before => before && resubscribed(topics, before));
    },
    level: task => new DiskLevel<string, Buffer>(directoryOf(task), OPTIONS),
    wipe: task => rm(directoryOf(task), { recursive: true, force: true }),
    release: () => lock.close(),
  };
}

/** The reason is that of the file system, if LevelDB has one. */
function unusable(location: string, error: unknown): StreamsError {
  const reason = asError(error instanceof Error && error.cause instanceof Error ? error.cause : error);
  return new StreamsError(`state directory ${location} can't be used: ${reason.message}`, { cause: error });
}

function isLocked(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) if ('code' in e && e.code === 'LEVEL_LOCKED') return true;
  return false;
}
