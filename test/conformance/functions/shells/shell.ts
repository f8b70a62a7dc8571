import type { StateStore } from '../../../../streams/index.js';
import type { Argument, CaseProcessor } from '../processors.js';
import { string, text } from '../text.js';

/** Runs a command on a store, and gives its answer. */
export type Shell<S> = (store: S, command: string, args: readonly string[]) => string | Promise<string>;

/** A processor that runs the command in the value of each record, and forwards the answer. */
export function shell<S extends StateStore>(name: Argument, run: Shell<S>): CaseProcessor {
  return context => {
    const store = context.getStateStore<S>(string(name));
    return async record => {
      const [command = '', ...args] = string(record.value).split(' ');
      context.forward(record.withValue(await run(store, command, args)));
    };
  };
}

/** `*` is an open bound. */
export function bound(argument: string | undefined): string | null {
  return argument === undefined || argument === '*' ? null : argument;
}

/** The entries as `[key=value,...]`. */
export async function list(
  entries: AsyncIterable<{ readonly key: unknown; readonly value: unknown }>,
): Promise<string> {
  const shown: string[] = [];
  for await (const { key, value } of entries) shown.push(`${text(key)}=${text(value)}`);
  return `[${shown.join(',')}]`;
}

/** The argument of a command. Throws if there is none. */
export function given(argument: string | undefined): string {
  if (argument === undefined) throw new Error('the command has too few arguments');
  return argument;
}

export function unknownCommand(command: string): never {
  throw new Error(`the command ${command} is not in the vocabulary`);
}
