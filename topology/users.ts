import {
  type Duration,
  type KeyValue,
  Serdes,
  StreamsBuilder,
  Suppressed,
  TimeWindows,
  type Topology,
  type Windowed,
} from 'tributary';
import { operators } from 'tributary/pipe';
import { DEFAULT_TOPICS, type UsersTopics } from '../command/users-topics.js';
import { rawBytes, userSerde } from './clean/user-serde.js';
import { cleaning } from './clean.js';
import {
  type FinalCount,
  genderOf,
  isoTime,
  summarize,
  summarySerde,
  windowSummary,
  windowTimes,
} from './window-summary.js';

interface UsersTopologyOptions {
  readonly windowSize: Duration;
  readonly windowGrace: Duration;
  readonly topics?: UsersTopics;
}

/** The pipeline: messy users in; clean users, country counts, distinct users and a summary of each window out. */
export function usersTopology(options: UsersTopologyOptions): Topology {
  const { topics = DEFAULT_TOPICS } = options;
  const builder = new StreamsBuilder();
  const windows = TimeWindows.of({ size: options.windowSize, grace: options.windowGrace, closeOnIdle: true });

  // A record that cleaning refuses goes to the dead-letter topic `user-rejected`, with the reason.
  const users = builder
    .stream(topics.user, { keySerde: rawBytes, valueSerde: rawBytes, name: 'users' })
    .pipe(operators(cleaning()), { name: 'clean' });
  users.to(topics.cleaned, { name: 'cleaned-users', valueSerde: userSerde });

  const countryCounts = users
    .groupBy((_email, user) => user.country, { name: 'by-country' })
    .windowedBy(windows)
    .count({ as: 'country-count', name: 'count-countries' });
  countryCounts
    .toStream({ name: 'country-counts' })
    .map(countryCount, { name: 'country-rows' })
    .to(topics.countryCount, { name: 'country-table' });

  // The first record of each email in each window.
  const newcomers = users
    .mapValues(() => NOTHING, { name: 'emails' })
    .groupByKey({ valueSerde: Serdes.bytes() })
    .windowedBy(windows)
    .distinct({ as: 'seen-users', name: 'first-of-each' });
  const distinctCounts = newcomers
    .groupBy(everyone, { name: 'everyone' })
    .windowedBy(windows)
    .count({ as: 'distinct-users', name: 'count-distinct' });
  distinctCounts
    .toStream({ name: 'distinct-counts' })
    .map(distinctUsers, { name: 'distinct-rows' })
    .to(topics.distinctUsers, { name: 'distinct-table' });

  const genderCounts = users
    .groupBy((_email, user) => genderOf(user), { name: 'by-gender' })
    .windowedBy(windows)
    .emitStrategy('onWindowClose')
    .count({ as: 'gender-count', name: 'count-genders' });

  // A summary is made from the rows of the tables when a window has closed, not from users. Its size grows neither with
  // the rows nor with the users.
  const finalCountries = countryCounts
    .suppress(Suppressed.untilWindowCloses(), { name: 'final-country-count' })
    .toStream({ name: 'final-countries' })
    .map(({ key }, count) => final({ of: 'country', name: key, count: count ?? 0 }), { name: 'of-country' });
  const finalGenders = genderCounts
    .toStream({ name: 'final-genders' })
    .map(({ key }, count) => final({ of: 'gender', name: key, count: count ?? 0 }), { name: 'of-gender' });
  const finalDistinct = distinctCounts
    .suppress(Suppressed.untilWindowCloses(), { name: 'final-distinct-users' })
    .toStream({ name: 'final-distinct' })
    .map((_key, count) => final({ of: 'distinctUsers', count: count ?? 0 }), { name: 'of-distinct' });
  finalCountries
    .merge(finalGenders, { name: 'countries-and-genders' })
    .merge(finalDistinct, { name: 'final-counts' })
    .groupByKey()
    .windowedBy(windows)
    .emitStrategy('onWindowClose')
    .aggregate(summarize, { as: 'final-summary', name: 'summarize', valueSerde: summarySerde })
    .toStream({ name: 'summaries' })
    .map((key, value) => ({ key: isoTime(key.window.start), value: value && windowSummary(key, value) }), {
      name: 'summary-rows',
    })
    .to(topics.windowSummary, { name: 'window-summaries' });

  return builder.build();
}

/** Only the email counts. It is cheaper to move than a number as JSON. */
const NOTHING: Buffer = Buffer.alloc(0);

const everyone = (): string => 'everyone';

function final(value: FinalCount): KeyValue<string, FinalCount> {
  return { key: everyone(), value };
}

function countryCount(country: Windowed<string>, count: number | null): KeyValue<string, unknown> {
  const times = windowTimes(country.window);
  return { key: `${country.key}@${times.windowStart}`, value: { country: country.key, ...times, count } };
}

function distinctUsers({ window }: Windowed<string>, count: number | null): KeyValue<string, unknown> {
  const times = windowTimes(window);
  return { key: times.windowStart, value: { ...times, distinctUsers: count } };
}
