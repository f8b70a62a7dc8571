import type { WindowStore } from '../../../../streams/index.js';
import { text } from '../text.js';
import { bound, given, list, type Shell, unknownCommand } from './shell.js';

export const windowShell: Shell<WindowStore<string, string>> = (store, command, args) => {
  const [a, b, c, d] = args;
  const time = (argument: string | undefined): number => Number(given(argument));
  switch (command) {
    case 'put':
      store.put(given(a), given(b), time(c));
      return 'ok';
    case 'del':
      store.put(given(a), null, time(b));
      return 'ok';
    case 'at':
      return text(store.fetch(given(a), time(b)));
    case 'fetch':
      return list(store.fetch(given(a), time(b), time(c)));
    case 'bfetch':
      return list(store.backwardFetch(given(a), time(b), time(c)));
    case 'krange':
      return list(store.fetch(bound(a), bound(b), time(c), time(d)));
    case 'bkrange':
      return list(store.backwardFetch(bound(a), bound(b), time(c), time(d)));
    case 'fetchAll':
      return list(store.fetchAll(time(a), time(b)));
    case 'bfetchAll':
      return list(store.backwardFetchAll(time(a), time(b)));
    case 'all':
      return list(store.all());
    case 'ball':
      return list(store.backwardAll());
    default:
      return unknownCommand(command);
  }
};
