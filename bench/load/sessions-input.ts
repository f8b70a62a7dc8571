import { Digest } from './digest.js';
import type { InputOptions, InputRecord, ResultsInput, RightResults } from './generated-input.js';
import { GeneratedUser, uniform } from './generated-user.js';

export const SESSIONS_TOPICS = ['bench-clicks'] as const;

const RECORDS_OF_VISITOR = 200;
const RECORDS_OF_USER = 50;
const SHARE_OF_LAST_CLICKS = 0.1;
const SHARE_OF_DISORDER = 0.05;
/** Less than the grace of the sessions. */
const DISORDER_MS = 5_000;
const PAGES = ['/', '/search', '/products/1844', '/products/3071/reviews', '/basket', '/checkout'];

/**
 * Clicks of users, ten in a session on average. The result is a table with the number of clicks of each session. A
 * session ends where the next click of its user is more than the gap away.
 */
export class SessionsInput implements ResultsInput {
  readonly topics = SESSIONS_TOPICS;
  readonly right: RightResults;
  readonly #options: InputOptions;
  readonly #digest = new Digest();

  constructor(options: InputOptions) {
    this.#options = options;
    this.right = { records: options.records, digest: this.#digest };
  }

  *[Symbol.iterator](): Iterator<InputRecord> {
    const { records, seed, start, spanMs } = this.#options;
    const draw = uniform(seed);
    const users = Math.ceil(records / RECORDS_OF_USER);
    // Those who click at the moment. Who leaves makes room for the next user.
    const visitors = Array.from({ length: Math.ceil(records / RECORDS_OF_VISITOR) }, (_, user) => user);
    let next = visitors.length;
    const clicks = new Map<number, number[]>();
    for (let number = 0; number < records; number++) {
      const place = Math.floor(draw() * visitors.length);
      const user = visitors[place] ?? 0;
      if (draw() < SHARE_OF_LAST_CLICKS) visitors[place] = next++ % users;
      const at = start + Math.floor((number * spanMs) / records);
      const timestamp = Math.max(start, at - (draw() < SHARE_OF_DISORDER ? Math.floor(draw() * DISORDER_MS) : 0));
      const times = clicks.get(user);
      if (times === undefined) clicks.set(user, [timestamp]);
      else times.push(timestamp);
      const page = PAGES[Math.floor(draw() * PAGES.length)] ?? '';
      const value =
        `{"user":"${keyOf(user)}","page":"${page}","referrer":"https://www.example.com/search?q=kettle",` +
        `"ip_address":"${new GeneratedUser(user, seed).ipAddress}","device":"mobile","clicked_at":${timestamp}}`;
      yield { topic: this.topics[0], key: keyOf(user), value, timestamp };
    }
    for (const [user, times] of clicks) this.#addSessions(keyOf(user), times);
  }

  #addSessions(user: string, times: readonly number[]): void {
    const sorted = [...times].sort((a, b) => a - b);
    let [start, end, count] = [Number.NaN, Number.NEGATIVE_INFINITY, 0];
    const close = (): void => {
      if (count === 0) return;
      const row = `{"user":"${user}","start":${start},"end":${end},"clicks":${count}}`;
      this.#digest.add(`${user}@${start}-${end}`, row);
    };
    for (const time of sorted) {
      if (time - end > this.#options.windowMs) {
        close();
        start = time;
        count = 0;
      }
      end = time;
      count++;
    }
    close();
  }
}

function keyOf(user: number): string {
  return `user-${String(user).padStart(8, '0')}`;
}
