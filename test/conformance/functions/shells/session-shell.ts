import type { SessionStore } from '../../../../streams/index.js';
import { text } from '../text.js';
import { bound, given, list, type Shell, unknownCommand } from './shell.js';

export const sessionShell: Shell<SessionStore<string, string>> = (store, command, args) => {
  const [a, b, c, d] = args;
  const time = (argument: string | undefined): number => Number(given(argument));
  const session = () => ({ key: given(a), window: { start: time(b), end: time(c) } });
  switch (command) {
    case 'put':
      store.put(session(), given(d));
      return 'ok';
    case 'remove':
      store.remove(session());
      return 'ok';
    case 'get':
      return text(store.fetchSession(given(a), time(b), time(c)));
    case 'find':
      return list(store.findSessions(given(a), time(b), time(c)));
    case 'bfind':
      return list(store.backwardFindSessions(given(a), time(b), time(c)));
    case 'findRange':
      return list(store.findSessions(bound(a), bound(b), time(c), time(d)));
    case 'fetch':
      return list(store.fetch(given(a)));
    case 'bfetch':
      return list(store.backwardFetch(given(a)));
    case 'range':
      return list(store.fetch(bound(a), bound(b)));
    case 'brange':
      return list(store.backwardFetch(bound(a), bound(b)));
    default:
      return unknownCommand(command);
  }
};
