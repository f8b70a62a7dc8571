import type { ProcessorSessionStore, SessionBounds } from '../../../../stores/kinds/processor-session.js';
import type { Session } from '../../../../stores/kinds/session.js';
import type { SessionStore, StoreIterator } from '../../../dsl/processor/state-stores.js';
import type { Windowed } from '../../../dsl/windows/windows.js';
import type { StoreAccess } from './store-access.js';

type Find = readonly [key: unknown, earliestEnd: number, latestStart: number];
type KeyedFind = readonly [keyFrom: unknown, keyTo: unknown, earliestEnd: number, latestStart: number];
type Sessions = StoreIterator<Windowed<unknown>, unknown>;

const FORWARD = { reverse: false } as const;
const BACKWARD = { reverse: true } as const;

/** A session store, for one processor. */
export class SessionFacade implements SessionStore<unknown, unknown> {
  readonly name: string;
  readonly #sessions: ProcessorSessionStore<unknown, unknown>;
  readonly #access: StoreAccess;

  constructor(sessions: ProcessorSessionStore<unknown, unknown>, access: StoreAccess) {
    this.name = access.name;
    this.#sessions = sessions;
    this.#access = access;
  }

  put({ key, window }: Windowed<unknown>, value: unknown): void {
    this.#access.checkWrite();
    this.#sessions.put(key, window, value ?? null);
  }

  remove({ key, window }: Windowed<unknown>): void {
    this.#access.checkWrite();
    this.#sessions.remove(key, window);
  }

  fetchSession(key: unknown, start: number, end: number): unknown {
    this.#access.check();
    return this.#sessions.get(key, { start, end });
  }

  findSessions(...args: Find | KeyedFind): Sessions {
    return this.#find(args, FORWARD);
  }

  backwardFindSessions(...args: Find | KeyedFind): Sessions {
    return this.#find(args, BACKWARD);
  }

  fetch(...keys: readonly [key: unknown] | readonly [keyFrom: unknown, keyTo: unknown]): Sessions {
    return this.#ofKeys(keys, undefined, FORWARD);
  }

  backwardFetch(...keys: readonly [key: unknown] | readonly [keyFrom: unknown, keyTo: unknown]): Sessions {
    return this.#ofKeys(keys, undefined, BACKWARD);
  }

  #find(args: Find | KeyedFind, direction: { readonly reverse: boolean }): Sessions {
    const [earliestEnd, latestStart] = args.slice(-2) as [number, number];
    return this.#ofKeys(args.slice(0, -2), { earliestEnd, latestStart }, direction);
  }

  #ofKeys(
    keys: readonly unknown[],
    bounds: SessionBounds | undefined,
    direction: { readonly reverse: boolean },
  ): Sessions {
    const [keyFrom, keyTo] = keys;
    if (keys.length === 1) {
      const sessions = this.#sessions.find(keyFrom, bounds, direction);
      return this.#access.iterate(sessions, session => entryOf(keyFrom, session));
    }
    const sessions = this.#sessions.findKeys({ keyFrom, keyTo }, bounds, direction);
    return this.#access.iterate(sessions, session => entryOf(session.key, session));
  }
}

function entryOf(key: unknown, { start, end, value }: Session<unknown>) {
  return { key: { key, window: { start, end } }, value };
}
