import type { KeyValueStore, PunctuationType } from '../../../streams/index.js';
import type { Argument, CaseProcessor } from './processors.js';
import { number, string, text } from './text.js';

/** Keeps each record in a store. Its punctuator forwards what the store has. */
export function punctuating(
  type: PunctuationType,
  store: Argument,
  ms: Argument,
  then: 'again' | 'clears' | 'once' = 'again',
  start?: Argument,
): CaseProcessor {
  return context => {
    const rows = context.getStateStore<KeyValueStore<unknown, unknown>>(string(store));
    const schedule = context.schedule(
      number(ms),
      type,
      async time => {
        for await (const { key, value } of rows.all()) {
          context.forward({ key, value: `${text(value)}#${time}`, timestamp: time });
          if (then === 'clears') rows.delete(key);
        }
        if (then === 'once') schedule.cancel();
      },
      start === undefined ? {} : { startTime: number(start) },
    );
    return ({ key, value }) => {
      if (key !== null) rows.put(key, value);
    };
  };
}
