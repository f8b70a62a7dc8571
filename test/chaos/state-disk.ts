import { execFile } from 'node:child_process';
import { cp, type FileHandle, mkdir, mkdtemp, open, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { noSpaceFile } from './crash-order.js';

const SIZE = '256m';
const FILL_EVERY_MS = 20;
/** First in large steps, then to the last block. */
const STEPS = [Buffer.alloc(1024 * 1024), Buffer.alloc(4096)];

/**
 * The disk with the state of a deployment. One that can be filled is a file system of its own where this user may mount one, so
 * LevelDB meets what a full disk does: half a batch in its log. Elsewhere its writes fail before they begin.
 */
export class StateDisk {
  /** For STATE_DIR. */
  readonly state: string;
  readonly #directory: string;
  readonly #mounted: FileHandle | undefined;

  private constructor(directory: string, mounted: FileHandle | undefined) {
    this.#directory = directory;
    this.#mounted = mounted;
    // Nothing else leads to a file system that is unmounted and open. It goes when this process goes, whatever ends that.
    const root = mounted === undefined ? directory : `/proc/${process.pid}/fd/${mounted.fd}`;
    this.state = path.join(root, 'state');
  }

  /** One that can be filled. */
  static async fillable(directory: string): Promise<StateDisk> {
    return await StateDisk.#create(directory, await mount(directory));
  }

  /** On the disk that has `directory`. */
  static async plain(directory: string): Promise<StateDisk> {
    return await StateDisk.#create(directory, undefined);
  }

  static async #create(directory: string, mounted: FileHandle | undefined): Promise<StateDisk> {
    const disk = new StateDisk(directory, mounted);
    await mkdir(disk.state);
    return disk;
  }

  /** True if it is a file system of its own. */
  get isMounted(): boolean {
    return this.#mounted !== undefined;
  }

  /** No space is left for `ms`. Resolves when there is some again. */
  async fill(ms: number): Promise<void> {
    if (this.#mounted === undefined) {
      const order = noSpaceFile(this.#directory);
      await writeFile(order, '');
      await delay(ms);
      await rm(order, { force: true });
      return;
    }
    const ballast = await mkdtemp(path.join(path.dirname(this.state), 'ballast-'));
    const file = await open(path.join(ballast, 'file'), 'a');
    try {
      // To fill it may take as long.
      for (let until = Number.POSITIVE_INFINITY; Date.now() < until; ) {
        // Space that something else gives up is taken too.
        for (const step of STEPS) while (await append(file, step));
        until = Math.min(until, Date.now() + ms);
        await delay(FILL_EVERY_MS);
      }
    } finally {
      await file.close();
      await rm(ballast, { recursive: true, force: true });
    }
  }

  /** When no process uses it any more. `keep` leaves what is on it in the directory of the deployment. */
  async close({ keep }: { readonly keep: boolean }): Promise<void> {
    if (this.#mounted === undefined) return;
    if (keep) await cp(this.state, path.join(this.#directory, 'state'), { recursive: true });
    await this.#mounted.close();
  }
}

/** The root of a new file system; undefined if this user may not mount one. */
async function mount(directory: string): Promise<FileHandle | undefined> {
  if (process.platform !== 'linux') return undefined;
  const run = promisify(execFile);
  const point = await mkdtemp(path.join(directory, 'disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tributary-chaos', point]);
  } catch {
    await rmdir(point);
    return undefined;
  }
  const root = await open(point);
  await run('umount', ['--lazy', point]);
  await rmdir(point);
  return root;
}

/** False if there was no space for it. */
async function append(file: FileHandle, bytes: Buffer): Promise<boolean> {
  try {
    const { bytesWritten } = await file.write(bytes);
    return bytesWritten === bytes.length;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
}
