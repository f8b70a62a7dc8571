import { readEach } from '../broker/read-all.js';
import { Truth } from './truth.js';

/** What must come of all that is in the topic `user` now, by windows of `windowMs` milliseconds. */
export async function readTruth(brokers: string, windowMs: number): Promise<Truth> {
  const truth = new Truth(windowMs);
  await readEach(brokers, 'user', {}, record => truth.add(record));
  return truth;
}
