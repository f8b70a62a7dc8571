import type { SelfTime } from './cpu-profile.js';

/** What the main thread does, in the order of the table. */
export const CATEGORIES = [
  'messages of node-rdkafka, other native code',
  'garbage collection',
  'Producer.produce',
  'JSON.parse',
  'JSON.stringify',
  'text to Buffer and back',
  'ByteStore get',
  'LevelDB batch',
  'cleaning and application',
  "the runtime's own steps",
  'start of the process',
  'other',
] as const;

export type Category = (typeof CATEGORIES)[number];

const NATIVE_BUFFER = /^(utf8|latin1|ascii|ucs2)(Write|Slice)/;
const DATABASE = /\/node_modules\/(classic-level|abstract-level|level|level-transcoder)\//;
const APPLICATION = /\/dist\/(topology|command)\/|\/node_modules\/(@most|most|most-subject|kafka-streams|luxon)\//;
/** Node's own loader, below what a module does while it is loaded. */
const LOADER = /^node:internal\/(modules|bootstrap)\//;
const RUNTIME = /\/dist\/(streams|stores)\//;

/**
 * What the time was spent on; undefined for none: the thread was idle.
 *
 * V8 counts `JSON.parse` and `JSON.stringify` as time of the function that calls them. So the text of the line decides.
 *
 * @param text the line of the source in which the time was spent, empty if it is not known
 */
export function categoryOf({ stack }: SelfTime, text: string): Category | undefined {
  const [leaf] = stack;
  if (leaf === undefined) return undefined;
  switch (leaf.functionName) {
    case '(idle)':
    case '(root)':
      return undefined;
    case '(garbage collector)':
      return 'garbage collection';
    // Native code that no function of JavaScript has called: what makes the objects of the messages that are handed over.
    case '(program)':
      return 'messages of node-rdkafka, other native code';
  }
  const isIn = (functionName: string, file: RegExp) =>
    stack.some(frame => frame.functionName === functionName && file.test(frame.url));
  if (isIn('Producer.produce', /\/node-rdkafka\//)) return 'Producer.produce';
  if (isIn('get', /\/stores\/bytes\/byte-store\.js$/) || isIn('getSync', DATABASE)) return 'ByteStore get';
  if (stack.some(frame => LOADER.test(frame.url))) return 'start of the process';
  if (text.includes('JSON.parse(')) return 'JSON.parse';
  if (text.includes('JSON.stringify(')) return 'JSON.stringify';
  if (leaf.url === 'node:buffer' || (leaf.url === '' && NATIVE_BUFFER.test(leaf.functionName))) {
    return 'text to Buffer and back';
  }
  // What is built into Node, or native, is time of the file that calls it.
  const owner = stack.find(({ url }) => url !== '' && !url.startsWith('node:'))?.url ?? '';
  if (owner.includes('/node-rdkafka/')) return 'messages of node-rdkafka, other native code';
  if (DATABASE.test(owner)) return 'LevelDB batch';
  if (APPLICATION.test(owner)) return 'cleaning and application';
  if (RUNTIME.test(owner)) return "the runtime's own steps";
  return 'other';
}

/**
 * Microseconds by category.
 *
 * @param lineOf the text of a line of a file that the profile names, counted from 1
 */
export function byCategory(
  times: readonly SelfTime[],
  lineOf: (url: string, line: number) => string,
): ReadonlyMap<Category, number> {
  const sums = new Map<Category, number>(CATEGORIES.map(category => [category, 0]));
  for (const time of times) {
    const category = categoryOf(time, lineOf(time.stack[0]?.url ?? '', time.line));
    if (category !== undefined) sums.set(category, (sums.get(category) ?? 0) + time.microseconds);
  }
  return sums;
}
