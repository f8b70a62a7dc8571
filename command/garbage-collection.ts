import { setFlagsFromString } from 'node:v8';

/**
 * The arguments of Node for a stream process: its young generation has at most twice 16 MB. That is the default of Node
 * 20. Node 24 lets it grow to twice 64 MB, and keeps the memory of more dead messages: 100 MB more at the peak, for the
 * same processor time. A flag that is set after the start of the process has no effect.
 */
export const HEAP_ARGUMENTS: readonly string[] = ['--max-semi-space-size=16'];

/**
 * The environment of a stream process. glibc gives memory to threads from up to eight arenas a core, and librdkafka,
 * LevelDB and Node have many threads. With two arenas the peak of the memory is 20 MB lower, for the same processor
 * time. Other C libraries ignore it.
 */
export const HEAP_ENVIRONMENT: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '2' };

/**
 * Lets V8 collect its young generation on the main thread alone. The young objects of a stream process are small and
 * short-lived, so V8's helper threads mostly wait for each other. With them the users workload costs a tenth more
 * processor time (`npm run bench`), and the machine has other work for its other cores.
 */
export function collectYoungOnOneThread(): void {
  setFlagsFromString('--no-parallel-scavenge');
}
