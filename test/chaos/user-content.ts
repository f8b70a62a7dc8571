import { Random } from '../../producer/generator/random.js';
import { UserGenerator } from '../../producer/generator/user-generator.js';
import { userKey } from '../../producer/user-key.js';
import { DISORDER_MS } from './harmed-application.js';
import { type InputContent, type InputRecord, keysOfPartitions } from './input.js';

export const INPUT_TOPIC = 'user';
const UNCLEAN_SHARE = 0.002;
const LATER_MS = 30_000;

/** The users of a round, each once, some of which can't be cleaned. At the end there is such a record in each partition. */
export class UserContent implements InputContent {
  readonly #random: Random;
  readonly #users: UserGenerator;
  readonly #partitions: number;
  readonly #disorderMs: number;

  constructor(seed: number, partitions: number, disorderMs = DISORDER_MS) {
    this.#random = new Random(seed);
    this.#users = new UserGenerator(seed);
    this.#partitions = partitions;
    this.#disorderMs = disorderMs;
  }

  next(time: number): InputRecord {
    const timestamp = time - this.#random.integer(0, this.#disorderMs);
    const { user } = this.#users.next();
    const text = JSON.stringify(user);
    const unclean = this.#random.fraction() < UNCLEAN_SHARE;
    const value = Buffer.from(unclean ? text.slice(0, -1) : text);
    return { topic: INPUT_TOPIC, key: userKey(user.email), value, timestamp };
  }

  end(time: number): readonly InputRecord[] {
    const value = Buffer.from('the end of the round');
    const timestamp = time + LATER_MS;
    return keysOfPartitions(this.#partitions).map(key => ({ topic: INPUT_TOPIC, key, value, timestamp }));
  }
}
