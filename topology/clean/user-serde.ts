import { type Serde, Serdes } from 'tributary';
import type { User } from '../user.js';
import { exactJson, HAS_EXACT_NUMBERS } from './exact-numbers.js';

const json = Serdes.json<User>();

/** For raw records. Cleaning keeps nothing of their bytes. */
export const rawBytes: Serde<Buffer> = Object.freeze({ ...Serdes.bytes(), takesView: true });

/** Compact JSON. Numbers that no double represents are written as they were read. */
export const userSerde: Serde<User> = Object.freeze({
  serialize: (user: User): Buffer => (HAS_EXACT_NUMBERS in user ? Buffer.from(exactJson(user)) : json.serialize(user)),
  deserialize: json.deserialize,
});
