import type { KStream, KTable, Windowed } from '../../../streams/index.js';
import { type Result, TOPICS } from './records.js';

/** Sends the updates of a table. */
export function sendRows<V>(operator: string, updates: KStream<string, V | null>): void {
  updates.map((key, value) => ({ key: `${operator} ${key}`, value })).to(TOPICS.rows);
}

export function sendWindows<V>(operator: string, table: KTable<Windowed<string>, V>): void {
  sendRows(operator, named(table));
}

/** Sends records of which each must come once. */
export function sendResults<V>(operator: string, results: KStream<string, V>): void {
  results.mapValues((result): Result => ({ operator, result })).to(TOPICS.results);
}

/** The last update of each window, once. */
export function sendFinal<V>(operator: string, table: KTable<Windowed<string>, V>): void {
  sendResults(operator, named(table));
}

function named<V>(table: KTable<Windowed<string>, V>): KStream<string, V | null> {
  return table.toStream(({ key, window: { start, end } }) => `${key}@${start}-${end}`);
}
