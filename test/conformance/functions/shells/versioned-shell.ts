import type { VersionedKeyValueStore, VersionedPut } from '../../../../streams/index.js';
import { text } from '../text.js';
import { given, type Shell, unknownCommand } from './shell.js';

export const versionedShell: Shell<VersionedKeyValueStore<string, string>> = (store, command, [a, b, c]) => {
  switch (command) {
    case 'put':
      return answer(store.put(given(a), given(b), Number(given(c))));
    case 'putNull':
      return answer(store.put(given(a), null, Number(given(b))));
    case 'get':
      return version(store.get(given(a)));
    case 'asOf':
      return version(store.get(given(a), Number(given(b))));
    case 'del':
      return version(store.delete(given(a), Number(given(b))));
    default:
      return unknownCommand(command);
  }
};

function answer(put: VersionedPut): string {
  return typeof put === 'number' ? `until ${put}` : put;
}

function version(found: { readonly value: string; readonly timestamp: number } | null): string {
  return found === null ? 'null' : `${text(found.value)}@${found.timestamp}`;
}
