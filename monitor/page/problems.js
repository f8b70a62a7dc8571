/** What is wrong, in plain words. */
import { counted, number } from './format.js';

/** @typedef {import('../snapshot.js').Snapshot} Snapshot */
/** @typedef {import('../snapshot.js').ProcessView} ProcessView */
/** @typedef {import('./event-feed.js').FeedState} FeedState */
/** @typedef {{ readonly at: number, readonly orEarlier: boolean }} Since */
/** @typedef {{ readonly key: string, readonly what: string, readonly reason: string | null, readonly since: Since | null }} Problem */

/** Remembers since when processes do not answer, because they can't report it themselves. */
export class DownTimes {
  /** @type {Map<string, Since>} */
  #since = new Map();
  #first = true;

  /** A process that was down when it was first seen may have been down for longer. @param {Snapshot} snapshot */
  update({ at, processes }) {
    /** @type {Map<string, Since>} */
    const since = new Map();
    for (const { host, up } of processes) {
      if (!up) since.set(host, this.#since.get(host) ?? { at, orEarlier: this.#first });
    }
    this.#since = since;
    this.#first = false;
  }

  /** @param {string} host */
  of(host) {
    return this.#since.get(host) ?? null;
  }
}

/**
 * @param {{ readonly feed: FeedState, readonly snapshot: Snapshot | null, readonly downTimes: DownTimes }} state
 * @returns {Problem[]}
 */
export function problemsOf({ feed, snapshot, downTimes }) {
  const problems = [...feedProblems(feed)];
  if (snapshot === null) return problems;
  const { cluster, audit, processes, unread } = snapshot;
  if (!cluster.up) {
    problems.push({
      key: 'cluster',
      what: 'The Kafka cluster does not answer',
      reason: cluster.reason,
      since: { at: cluster.since, orEarlier: false },
    });
  }
  for (const { topic, partitions, read } of unread) {
    problems.push({
      key: `unread ${topic}`,
      what: `${topic} has ${partitions} partitions, and only the first ${read} are read`,
      reason: 'the others were added after the application began; npm run reset lets it begin again with all of them',
      since: null,
    });
  }
  for (const process of processes) {
    if (!process.up) {
      problems.push({
        key: `process ${process.host}`,
        what: `The process at ${process.host} does not answer`,
        reason: process.reason,
        since: downTimes.of(process.host),
      });
    } else if (process.state === 'ERROR') {
      const what = `The process at ${process.host} is in state ERROR`;
      problems.push({ key: `error ${process.host}`, what, reason: process.reason, since: null });
    }
    for (const reason of process.unreadable) {
      problems.push({ key: `unreadable ${reason}`, what: 'A partition is stuck', reason, since: null });
    }
  }
  if (audit !== null && audit.unaccounted !== 0) {
    // Without the number, which may change each second: the banner is read out whenever it changes.
    const reason = audit.unaccounted > 0 ? 'more were processed than came out' : 'more came out than were processed';
    problems.push({ key: 'unaccounted', what: 'Records are unaccounted for', reason, since: null });
  }
  return problems;
}

/** @type {Readonly<Record<FeedState['name'], string | null>>} */
const FEED_PROBLEMS = {
  connecting: null,
  live: null,
  silent: 'The monitor is connected, but sends nothing',
  broken: 'The monitor does not answer',
  unreadable: 'The monitor says what this page does not understand; reload the page',
};

/** @param {FeedState} feed @returns {Problem[]} */
function feedProblems({ name, since }) {
  const what = FEED_PROBLEMS[name];
  if (what === null) return [];
  return [{ key: 'feed', what, reason: 'this page shows what it last said', since: { at: since, orEarlier: false } }];
}

/** What a number of unaccounted records means. @param {number} count */
export function unaccounted(count) {
  if (count === 0) return 'nothing lost, nothing doubled';
  return count > 0
    ? `${counted(count, 'record was', 'records were')} processed and never came out`
    : `${number(-count)} more came out than ${count === -1 ? 'was' : 'were'} processed`;
}
