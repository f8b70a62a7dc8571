import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { CHECKOUT } from '../broker/checkout.js';

const run = promisify(execFile);

export const KCAT_IS_INSTALLED = ['/usr/bin/kcat', '/usr/local/bin/kcat'].some(existsSync);

/** The lines of docs/kcat.md that a user copies, for the broker at `address`. */
export async function kcatLines(address: string): Promise<string[]> {
  const text = await readFile(path.join(CHECKOUT, 'docs', 'kcat.md'), 'utf8');
  return [...text.matchAll(/```sh\n(.*)\n```/g)].map(([, line = '']) => line.replaceAll('localhost:9092', address));
}

/** What the line prints, without empty lines. Rejects if any of its commands fails. */
export async function outputOf(line: string): Promise<string[]> {
  const { stdout } = await run('bash', ['-c', `set -o pipefail; ${line}`], { maxBuffer: 1 << 26 });
  return stdout.split('\n').filter(row => row !== '');
}
