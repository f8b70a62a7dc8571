import { mkdir, rename, writeFile } from 'node:fs/promises';
import { shiftFile, stepFile } from './clock-files.js';
import { ordersDirectory } from './crash-order.js';
import { Exclusive } from './exclusive.js';

/** The wall clocks of the processes of one application. They follow within 20 ms, also in a process that starts later. */
export class Clocks {
  /** Who steps them does it one at a time. */
  readonly steps = new Exclusive();
  readonly #directory: string;
  #shiftMs = 0;

  constructor(roundDirectory: string) {
    this.#directory = roundDirectory;
  }

  /** What they show but for steps. */
  now(): number {
    return Date.now() + this.#shiftMs;
  }

  /** Sets all clocks forward by so much more, milliseconds, for good. */
  async shift(ms: number): Promise<void> {
    this.#shiftMs += ms;
    await write(shiftFile(this.#directory), this.#shiftMs);
  }

  /** Sets the clock of one process, or of all, off by `ms` milliseconds; 0 sets it right again. */
  async step(ms: number, member?: string): Promise<void> {
    const directory = member === undefined ? this.#directory : ordersDirectory(this.#directory, member);
    await mkdir(directory, { recursive: true });
    await write(stepFile(directory), ms);
  }
}

/** Renamed into place: no process reads half of a number. */
async function write(file: string, ms: number): Promise<void> {
  await writeFile(`${file}.new`, String(ms));
  await rename(`${file}.new`, file);
}
