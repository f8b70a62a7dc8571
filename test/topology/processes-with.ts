import { readdirSync, readFileSync } from 'node:fs';

/** Process ids of those that have `variable` of this value in their environment (Linux only): what a test has started, orphans too. */
export function processesWith(variable: string, value: string): readonly number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && environmentOf(name).includes(`${variable}=${value}`))
    .map(Number);
}

function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    // It has ended.
    return [];
  }
}
