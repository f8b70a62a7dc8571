import type { OperatorRecord, OperatorStream } from 'tributary/pipe';
import { BoundedCache } from './clean/bounded-cache.js';
import { cleanCountry } from './clean/country.js';
import { cleanDate } from './clean/date.js';
import { cleanEmail } from './clean/email.js';
import { cleanField } from './clean/field.js';
import { cleanIpAddress } from './clean/ip-address.js';
import { type JsonObject, parseJsonObject } from './clean/json-object.js';
import type { User } from './user.js';

const COUNTRY = 'a name of at most 200 characters of valid Unicode';
const DATE = 'a day of the calendar as dd/MM/yyyy, d/M/yyyy, yyyy-MM-dd or yyyy/MM/dd';
const IP_ADDRESS = 'four numbers from 0 to 255 such as 192.0.2.1';
const EMAIL = 'an address such as ada@example.org';

/** A record as it comes from the topic. */
type RawRecord = OperatorRecord<Buffer | null, Buffer | null>;

/**
 * The operators that make a cleaned user, keyed by its email, from a raw record. The key of the raw record is ignored.
 * A record that can't be cleaned is refused with a {@link RejectedRecord}, thrown by the first step that finds a fault.
 */
export function cleaning(): (stream: OperatorStream<RawRecord>) => OperatorStream<OperatorRecord<string, User>> {
  const countries = new BoundedCache<string | null>({ maxEntries: 2_000, maxKeyLength: 64 });
  const dates = new BoundedCache<string | null>({ maxEntries: 10_000, maxKeyLength: 10 });
  return stream =>
    stream
      .map(parseValue)
      .map(cleanField('country', COUNTRY, text => countries.get(text, cleanCountry)))
      .map(cleanField('date', DATE, text => dates.get(text, cleanDate)))
      .map(cleanField('ip_address', IP_ADDRESS, cleanIpAddress))
      .map(cleanField('email', EMAIL, cleanEmail))
      .map(keyByEmail);
}

function parseValue({ key, value }: RawRecord): OperatorRecord<Buffer | null, JsonObject> {
  return { key, value: parseJsonObject(value) };
}

function keyByEmail<U extends User>({ value }: OperatorRecord<unknown, U>): OperatorRecord<string, U> {
  return { key: value.email, value };
}
