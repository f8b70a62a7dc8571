/** A store that was restored, and of which something was replayed. */
export interface Replay {
  readonly task: string;
  readonly store: string;
  /** Changelog records that were replayed. */
  readonly records: number;
}

/** What one topology process wrote to its log, from its start to its end. */
export interface ProcessLog {
  /** It has written a line. Before that it may not listen to signals yet. */
  readonly begun: boolean;
  readonly running: boolean;
  /** The slot that it has under the state directory; undefined if it got none. */
  readonly location: string | undefined;
  /** Its instance id; undefined if it got no slot. */
  readonly instance: string | undefined;
  /** Where it serves HTTP, `host:port`; undefined before it does. */
  readonly http: string | undefined;
  readonly replays: readonly Replay[];
  /** Changelog records replayed until it first ran, and for tasks that it got later. */
  readonly replayedAtStart: number;
  readonly replayedLater: number;
  /** Milliseconds from its first line until it ran; undefined if it never did. */
  readonly startMs: number | undefined;
  /** How often its tasks were revoked or restored. */
  readonly rebalances: number;
  /** Why tasks were restored from the beginning, each in the words of the log. */
  readonly rebuilt: readonly string[];
  /** Transactions that were aborted, and workers that were made again. */
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
  const ofLines = (some: readonly Line[]): number =>
    some.flatMap(replayOf).reduce((sum, { records }) => sum + records, 0);
  const found = (pattern: RegExp): string | undefined =>
    lines.map(({ msg }) => pattern.exec(msg)?.[1]).find(match => match !== undefined);
  const startedAt = lines[0]?.time;
  const ranAt = lines[firstRun]?.time;
  return {
    begun: lines.length > 0,
    running: lines.findLast(({ msg }) => msg.startsWith('state '))?.msg === 'state RUNNING',
    location: found(/state in (\S+)$/),
    instance: found(/^instance (\S+), state in /),
    http: found(/^http on .* for others at (\S+)$/),
    replays: lines.flatMap(replayOf),
    replayedAtStart: ofLines(firstRun < 0 ? lines : lines.slice(0, firstRun)),
    replayedLater: ofLines(firstRun < 0 ? [] : lines.slice(firstRun)),
    startMs: startedAt === undefined || ranAt === undefined ? undefined : ranAt - startedAt,
    rebalances: lines.filter(({ msg }) => msg === 'state REBALANCING').length,
    rebuilt: lines.filter(({ msg }) => msg.includes('rebuilt')).map(({ msg }) => msg),
    aborts: lines.filter(({ msg }) => msg.startsWith('transaction aborted')).length,
    newWorkers: lines.filter(({ msg }) => msg.startsWith('worker stopped')).length,
    errors: lines.filter(({ level }) => level >= ERROR_LEVEL).map(({ msg }) => msg),
  };
}

function replayOf({ msg }: Line): Replay[] {
  const [, list] = /^restored \d+ stores? of .* replayed: (.*)$/.exec(msg) ?? [];
  return (list?.split(', ') ?? []).map(each => {
    const [task = '', store = '', records] = each.split(' ');
    return { task, store, records: Number(records) };
  });
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
