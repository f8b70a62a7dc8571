/** What one topology process told in its log, from its start to its end. */
export interface ProcessLog {
  readonly running: boolean;
  /** The slot that it has under the state directory; undefined if it got none. */
  readonly location: string | undefined;
  /** Changelog records replayed until it first ran, and for tasks that it got later. */
  readonly replayedAtStart: number;
  readonly replayedLater: number;
  /** Milliseconds from its first line until it ran; undefined if it never did. */
  readonly startMs: number | undefined;
  /** Why tasks were restored from the beginning, each in the words of the log. */
  readonly rebuilt: readonly string[];
  /** Transactions that were aborted, and workers that were made anew. */
  readonly aborts: number;
  readonly newWorkers: number;
  /** Its errors, and its last words. */
  readonly errors: readonly string[];
}

interface Line {
  readonly level: number;
  readonly time: number;
  readonly msg: string;
}

const ERROR_LEVEL = 50;

export function processLog(text: string): ProcessLog {
  const lines = text.split('\n').flatMap(lineOf);
  const firstRun = lines.findIndex(({ msg }) => msg === 'state RUNNING');
  const replayed = lines.map(({ msg }) => Number(/restored, (\d+) changelog records replayed/.exec(msg)?.[1] ?? 0));
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  const startedAt = lines[0]?.time;
  const ranAt = lines[firstRun]?.time;
  return {
    running: lines.findLast(({ msg }) => msg.startsWith('state '))?.msg === 'state RUNNING',
    location: lines.map(({ msg }) => /state in (\S+)$/.exec(msg)?.[1]).find(found => found !== undefined),
    replayedAtStart: sum(firstRun < 0 ? replayed : replayed.slice(0, firstRun)),
    replayedLater: sum(firstRun < 0 ? [] : replayed.slice(firstRun)),
    startMs: startedAt === undefined || ranAt === undefined ? undefined : ranAt - startedAt,
    rebuilt: lines.filter(({ msg }) => msg.includes('rebuilt')).map(({ msg }) => msg),
    aborts: lines.filter(({ msg }) => msg.startsWith('transaction aborted')).length,
    newWorkers: lines.filter(({ msg }) => msg.startsWith('worker stopped')).length,
    errors: lines.filter(({ level }) => level >= ERROR_LEVEL).map(({ msg }) => msg),
  };
}

/** A line that is no JSON (a stack trace of Node itself) counts as an error. */
function lineOf(text: string): Line[] {
  if (text === '') return [];
  try {
    return [JSON.parse(text) as Line];
  } catch {
    return [{ level: ERROR_LEVEL, time: 0, msg: text }];
  }
}
