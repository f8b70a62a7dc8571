import { readEach } from '../../test/broker/read-all.js';
import { Digest } from '../load/digest.js';
import type { RightResults } from '../load/generated-input.js';
import type { PeerTopics, ResultsTopics } from '../peers/peer.js';

/** What a peer must make of the input that was loaded. */
export interface RightAnswer<T extends PeerTopics> {
  /** Of the input. */
  readonly records: number;
  /** What differs between a peer's committed output and the right answer, in words; empty when it is right. */
  wrongResults(address: string, topics: T): Promise<readonly string[]>;
}

/** Each record of the results is compared. With `isTable`: the last one of each key, if its value is not null. */
export function rightResults(
  right: RightResults,
  { isTable }: { readonly isTable: boolean },
): RightAnswer<ResultsTopics> {
  return {
    records: right.records,
    wrongResults: async (address, { results }) => {
      const actual = String(await (isTable ? digestOfTable(address, results) : digestOfAll(address, results)));
      return actual === String(right.digest) ? [] : [`${results}: ${actual}, right are ${right.digest}`];
    },
  };
}

async function digestOfAll(address: string, topic: string): Promise<Digest> {
  const digest = new Digest();
  await readEach(address, topic, {}, ({ key, value }) => digest.add(key ?? '', value ?? ''));
  return digest;
}

async function digestOfTable(address: string, topic: string): Promise<Digest> {
  const rows = new Map<string, Buffer>();
  await readEach(address, topic, {}, ({ key, value }) => {
    if (value === null) rows.delete(String(key));
    else rows.set(String(key), value);
  });
  const digest = new Digest();
  for (const [key, value] of rows) digest.add(key, value);
  return digest;
}
