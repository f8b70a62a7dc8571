import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Level as DiskLevel } from 'level';
import { isCorruption, type Level } from '../../../stores/bytes/state-database.js';
import type { Logger } from '../../kafka/logger.js';
import { StreamsError } from '../errors.js';
import type { ApplicationIdentity } from './application-identity.js';

/** Where tasks keep their state: the slot of one instance. */
export interface StateDirectory {
  /** Random, and the same as long as the slot exists: the instance's identity to the group. */
  readonly instanceId: string;
  /** For people: where it is. */
  readonly location: string;
  /** The application that the state is of; undefined in a new slot. */
  readonly application: ApplicationIdentity | undefined;
  /** The state is of this application from now on. What there is of another one is deleted. */
  adopt(application: ApplicationIdentity): Promise<void>;
  /** The database of a task, not yet open. */
  level(task: string): Level;
  /** Deletes what a task has there. */
  wipe(task: string): Promise<void>;
  /** Gives the slot back. */
  release(): Promise<void>;
}

const INSTANCE_ID = 'instance.id';
const APPLICATION = 'application';
const LOCK = 'instance';
/** Whoever repairs a slot holds the lock of this one. */
const REPAIR = 'repair';
const MAX_SLOTS = 1000;
/** A process has many tasks, each with caches of its own: LevelDB's defaults, 8 MB and twice 4 MB a database, would add up. */
const MEMORY = { cacheSize: 2 * 1024 * 1024, writeBufferSize: 2 * 1024 * 1024 } as const;
const OPTIONS = { keyEncoding: 'utf8', valueEncoding: 'buffer', ...MEMORY } as const;

/**
 * Takes the lowest free slot under `<stateDir>/<applicationId>`. The lock is LevelDB's own, on a small database of the slot, so it
 * dies with the process; a process that comes back finds its slot, and with it its identity and its state. Where that database is
 * damaged the slot gets a new identity, and keeps its state.
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
      const { message } = error instanceof Error && error.cause instanceof Error ? error.cause : { message: error };
      throw new Error(`state directory ${location} can't be used: ${message}`, { cause: error });
    }
  }
  throw new Error(`all ${MAX_SLOTS} slots of ${base} are taken`);
}

/**
 * Where the application has its state on this machine; undefined if it has none. Throws a StreamsError if one of its processes has a slot
 * there.
 */
export async function unusedState(stateDir: string, applicationId: string): Promise<string | undefined> {
  const base = join(stateDir, applicationId);
  if (!existsSync(base)) return undefined;
  for (const slot of await readdir(base)) {
    const database = join(base, slot, LOCK);
    if (!existsSync(database)) continue;
    const lock = await opened(database).catch((error: unknown) => {
      // It is deleted, whatever is in it.
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

/** One process at a time: what another one has repaired and opened meanwhile must stay where it is. */
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
 * undefined if another process has it open. Rejects if any of it can't be read, too: LevelDB looks at a table when it is read, or merges it
 * with others, and from then on takes no writes.
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
      // Only now: if it dies before, the rest is deleted next time.
      await lock.put(APPLICATION, JSON.stringify(adopted));
    },
    level: task => new DiskLevel<string, Buffer>(directoryOf(task), OPTIONS),
    wipe: task => rm(directoryOf(task), { recursive: true, force: true }),
    release: () => lock.close(),
  };
}

function isLocked(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) if ('code' in e && e.code === 'LEVEL_LOCKED') return true;
  return false;
}
