import { MemoryLevel } from 'memory-level';
import type { Level } from '../../stores/state-database.js';
import type { StateDirectory } from '../runtime/state-directory.js';

/** State in memory that outlives the worker, as a disk does. */
export class MemoryStateDirectory implements StateDirectory {
  readonly instanceId = 'test';
  readonly location = 'memory';
  readonly #levels = new Map<string, MemoryLevel<string, Buffer>>();

  level(task: string): Level {
    let level = this.#levels.get(task);
    if (level === undefined) {
      level = new MemoryLevel<string, Buffer>({
        keyEncoding: 'utf8',
        valueEncoding: 'buffer',
        storeEncoding: 'buffer',
      });
      this.#levels.set(task, level);
    }
    return level as unknown as Level;
  }

  async wipe(task: string): Promise<void> {
    this.#levels.delete(task);
  }

  async release(): Promise<void> {}

  /** What a process that dies leaves behind: everything that was written. */
  async crash(): Promise<void> {
    for (const level of this.#levels.values()) await level.close();
  }
}
