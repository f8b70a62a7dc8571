import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Level } from 'level';
import { StateDatabase } from '../../stores/bytes/state-database.js';
import { writeAll } from './write-all.js';

/** What the program reports on standard output, as JSON. */
export interface FullDiskReport {
  /** Numbers of the batches whose promise resolved. */
  readonly acknowledged: readonly number[];
  /** Errors of the others, by their names. */
  readonly refused: readonly string[];
}

// A program of its own, because the limit is one of its process: it may write no file beyond a size, as if the disk were full in the
// middle of a batch. Then there is room again, and it dies by SIGKILL.

const [location] = process.argv.slice(2);
if (location === undefined) throw new Error('usage: full-disk-writer LOCATION');
const ROOM = 1000;
const VALUE = Buffer.alloc(20_000, 'v');
const acknowledged: number[] = [];
const refused: string[] = [];
let number = 0;

const database = await StateDatabase.open(new Level<string, Buffer>(location, { valueEncoding: 'buffer' }));
await write(3);
limitFiles(String(logSize(location) + ROOM));
await write(2);
limitFiles('unlimited');
await write(3);
const report: FullDiskReport = { acknowledged, refused };
process.stdout.write(JSON.stringify(report), () => process.kill(process.pid, 'SIGKILL'));

async function write(batches: number): Promise<void> {
  for (let last = number + batches; number < last; number++) {
    try {
      await writeAll(database, [
        { key: `entry ${number}`, value: VALUE },
        { key: 'last', value: Buffer.from(String(number)) },
      ]);
      acknowledged.push(number);
    } catch (error) {
      refused.push(error instanceof Error ? error.name : String(error));
    }
  }
}

/** The soft limit: an ordinary user may lift it again. */
function limitFiles(bytes: string): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
}

function logSize(directory: string): number {
  const log = readdirSync(directory).find(name => name.endsWith('.log'));
  if (log === undefined) throw new Error('LevelDB has no log');
  return statSync(join(directory, log)).size;
}
