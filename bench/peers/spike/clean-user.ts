import type { Message, Producer } from 'node-rdkafka';
import { BoundedCache } from '../../../topology/clean/bounded-cache.js';
import { cleanCountry } from '../../../topology/clean/country.js';
import { cleanDate } from '../../../topology/clean/date.js';
import { cleanEmail } from '../../../topology/clean/email.js';
import { cleanIpAddress } from '../../../topology/clean/ip-address.js';

export interface CleanUser {
  readonly email: string;
  readonly country: string;
  /** Compact JSON. */
  readonly json: Buffer;
}

export interface CleanedTopics {
  readonly cleaned: string;
  readonly rejected: string;
}

/** Cleans users by the rules of the users application, and writes the cleaned and the rejected ones. */
export class UserCleaner {
  readonly #topics: CleanedTopics;
  readonly #countries = new BoundedCache<string | null>({ maxEntries: 2_000, maxKeyLength: 64 });
  readonly #dates = new BoundedCache<string | null>({ maxEntries: 10_000, maxKeyLength: 10 });

  constructor(topics: CleanedTopics) {
    this.#topics = topics;
  }

  /** The cleaned user, which is written; undefined for a rejected one. */
  write(message: Message, producer: Producer): CleanUser | undefined {
    const user = this.#clean(message.value);
    if (user === undefined) {
      producer.produce(this.#topics.rejected, null, message.value, message.key, message.timestamp, null, [
        { '__streams.errors.message': 'not clean' },
      ]);
      return undefined;
    }
    producer.produce(this.#topics.cleaned, null, user.json, user.email, message.timestamp);
    return user;
  }

  #clean(value: Buffer | null): CleanUser | undefined {
    const user = parsed(value);
    if (user === undefined) return undefined;
    const country = textOf(user.country, text => this.#countries.get(text, cleanCountry));
    const date = textOf(user.date, text => this.#dates.get(text, cleanDate));
    const ipAddress = textOf(user.ip_address, cleanIpAddress);
    const email = textOf(user.email, cleanEmail);
    if (country === null || date === null || ipAddress === null || email === null) return undefined;
    user.country = country;
    user.date = date;
    user.ip_address = ipAddress;
    user.email = email;
    return { email, country, json: Buffer.from(JSON.stringify(user)) };
  }
}

function parsed(value: Buffer | null): Record<string, unknown> | undefined {
  try {
    return JSON.parse(String(value));
  } catch {
    return undefined;
  }
}

function textOf(field: unknown, clean: (text: string) => string | null): string | null {
  return typeof field === 'string' ? clean(field.trim()) : null;
}
