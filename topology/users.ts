import {
  type Duration,
  type KeyValue,
  Serdes,
  StreamsBuilder,
  TimeWindows,
  type Topology,
  type Windowed,
} from '../streams/index.js';
import { cleaning } from './clean.js';
import { topics } from './topics.js';
import {
  isoTime,
  type Sighting,
  sighting,
  summarize,
  summarySerde,
  windowSummary,
  windowTimes,
} from './window-summary.js';

/** The pipeline: messy users in; clean users, country counts, distinct users and a summary of each window out. */
export function usersTopology(options: { readonly windowSize: Duration; readonly windowGrace: Duration }): Topology {
  const builder = new StreamsBuilder();
  const windows = TimeWindows.of({ size: options.windowSize, grace: options.windowGrace, closeOnIdle: true });

  // What cleaning refuses goes to the dead-letter topic `user-rejected` with the reason.
  const users = builder
    .stream(topics.user, { keySerde: Serdes.bytes(), valueSerde: Serdes.bytes(), name: 'users' })
    .pipe(cleaning(), { name: 'clean' });
  users.to(topics.cleaned, { name: 'cleaned-users' });

  users
    .groupBy((_email, user) => user.country)
    .windowedBy(windows)
    .count({ as: 'country-count' })
    .toStream()
    .map(countryCount)
    .to(topics.countryCount);

  // The first record of each email in each window.
  const newcomers = users
    .mapValues((): Sighting => ({ first: true }))
    .groupByKey()
    .windowedBy(windows)
    .distinct({ as: 'seen-users' });
  newcomers
    .groupBy(everyone)
    .windowedBy(windows)
    .count({ as: 'distinct-users' })
    .toStream()
    .map(distinctUsers)
    .to(topics.distinctUsers);

  users
    .mapValues(sighting)
    .merge(newcomers)
    .groupBy(everyone)
    .windowedBy(windows)
    .emitStrategy('onWindowClose')
    .aggregate(summarize, { as: 'window-summary', valueSerde: summarySerde })
    .toStream()
    .map((key, value) => ({ key: isoTime(key.window.start), value: value && windowSummary(key, value) }))
    .to(topics.windowSummary);

  return builder.build();
}

const everyone = (): string => 'everyone';

function countryCount(country: Windowed<string>, count: number | null): KeyValue<string, unknown> {
  const times = windowTimes(country.window);
  return { key: `${country.key}@${times.windowStart}`, value: { country: country.key, ...times, count } };
}

function distinctUsers({ window }: Windowed<string>, count: number | null): KeyValue<string, unknown> {
  const times = windowTimes(window);
  return { key: times.windowStart, value: { ...times, distinctUsers: count } };
}
