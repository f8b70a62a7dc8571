import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 collect its young generation on the main thread alone. The young objects of a stream process are small and
 * short-lived, so V8's helper threads mostly wait for each other. With them the users workload costs a tenth more
 * processor time (`npm run bench`), and the machine has other work for its other cores.
 */
export function collectYoungOnOneThread(): void {
  setFlagsFromString('--no-parallel-scavenge');
}
