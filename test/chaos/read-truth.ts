import { readEach } from '../broker/read-all.js';
import { Truth, type TruthOptions } from './truth.js';

/** What must come of all that is in the topic `user` now. */
export async function readTruth(brokers: string, options: TruthOptions): Promise<Truth> {
  const truth = new Truth(options);
  await readEach(brokers, 'user', {}, record => truth.add(record));
  return truth;
}
