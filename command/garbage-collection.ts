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
 * Settings of a stream process, to be made before its work begins.
 *
 * V8 collects its young generation on the main thread alone. The young objects are small and short-lived, so V8's
 * helper threads mostly wait for each other. With them the users workload costs a tenth more processor time (`npm run
 * bench`), and the machine has other work for its other cores.
 *
 * Small Buffers share pieces of memory of 64 kB, as they do in Node 24, and not of 8 kB. Each piece is an object with a
 * finalizer and a call of `malloc`: 0.3 us a record with 8 kB.
 */
export function tuneHeap(): void {
  setFlagsFromString('--no-parallel-scavenge');
  Buffer.poolSize = 64 * 1024;
}
