import { type KeyValueStore, Serdes } from '../../../../streams/index.js';
import { text } from '../text.js';
import { bound, given, list, type Shell, unknownCommand } from './shell.js';

export const keyValueShell: Shell<KeyValueStore<string, string>> = (store, command, [a, b]) => {
  switch (command) {
    case 'put':
      store.put(given(a), given(b));
      return 'ok';
    case 'get':
      return text(store.get(given(a)));
    case 'del':
      return text(store.delete(given(a)));
    case 'pia':
      return text(store.putIfAbsent(given(a), given(b)));
    case 'range':
      return list(store.range(bound(a), bound(b)));
    case 'rrange':
      return list(store.reverseRange(bound(a), bound(b)));
    case 'all':
      return list(store.all());
    case 'rall':
      return list(store.reverseAll());
    case 'prefix':
      return list(store.prefixScan(given(a), Serdes.string()));
    case 'putAll':
      store.putAll(
        given(a)
          .split(',')
          .map(entry => entry.split('='))
          .map(([key = '', value = '']) => ({ key, value: value === '' ? null : value })),
      );
      return 'ok';
    default:
      return unknownCommand(command);
  }
};
