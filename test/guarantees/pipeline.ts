import { Serdes, StreamsBuilder, Suppressed, TimeWindows, type Topology, type Windowed } from '../../streams/index.js';

export const SIZE_MS = 10_000;
export const GRACE_MS = 3000;
export const IDLE_MS = 2000;

/** What is sent to the topic `visits`, keyed by `who`. */
export interface Visit {
  readonly id: number;
  readonly who: string;
  readonly country: string;
  /** Cleaning refuses it. */
  readonly bad: boolean;
}

/** The summary of a closed window. */
export interface Summary {
  readonly visits: number;
  readonly visitors: number;
}

/** The totals of a closed window, made of the final counts of its countries. */
export interface Totals {
  readonly countries: number;
  readonly visits: number;
}

export const SINKS = [
  'cleaned',
  'newcomers',
  'country-count',
  'hopping-count',
  'visitors-by-country',
  'suppressed',
  'visits-by-who',
  'visits-ever',
  'totals',
  'summary',
  'spread-count',
] as const;

/**
 * Every kind of operator that exactly-once has to hold for: cleaning that refuses, a stateless sink, counts that are
 * updated or held back until the window closes, hopping windows, distinct, countDistinct, a summary of two streams, totals two
 * repartitions deep, and, with `spread`, a
 * sub-topology of that many tasks after a repartition of its own.
 */
export function pipeline(options: { readonly closeOnIdle: boolean; readonly spread: number }): Topology {
  const builder = new StreamsBuilder();
  const times = { size: SIZE_MS, grace: GRACE_MS, closeOnIdle: options.closeOnIdle };
  const windows = TimeWindows.of(times);
  const visits = builder.stream<string, Visit>('visits', { dropNullValues: true }).mapValues(clean);
  visits.to('cleaned');

  const byCountry = visits.groupBy((_who, visit) => visit.country);
  byCountry.windowedBy(windows).count({ as: 'country-count' }).toStream(rowName).to('country-count');
  byCountry
    .windowedBy(windows)
    .count({ as: 'held-count' })
    .suppress(Suppressed.untilWindowCloses(), { name: 'held-until-close' })
    .toStream(rowName)
    .to('suppressed');
  byCountry
    .windowedBy(TimeWindows.of({ ...times, advanceBy: SIZE_MS / 2 }))
    .count({ as: 'hopping-count' })
    .toStream(rowName)
    .to('hopping-count');
  byCountry
    .windowedBy(windows)
    .countDistinct((_country, visit) => visit.who, { as: 'visitors-by-country' })
    .toStream(rowName)
    .to('visitors-by-country');

  visits
    .groupByKey()
    .windowedBy(windows)
    .emitStrategy('onWindowClose')
    .count({ as: 'visits-by-who' })
    .toStream(rowName)
    .to('visits-by-who');

  visits
    .groupByKey()
    .count({ as: 'visits-ever' })
    .toStream()
    .to('visits-ever', { valueSerde: Serdes.json<number | null>() });

  const newcomers = visits.groupByKey().windowedBy(windows).distinct({ as: 'seen' });
  newcomers.to('newcomers');
  visits
    .mapValues((): Summary => ({ visits: 1, visitors: 0 }))
    .merge(newcomers.mapValues((): Summary => ({ visits: 0, visitors: 1 })))
    .groupBy(() => 'all')
    .windowedBy(windows)
    .emitStrategy('onWindowClose')
    .reduce(add, { as: 'summary', associative: true })
    .toStream(rowName)
    .to('summary');

  byCountry
    .windowedBy(windows)
    .emitStrategy('onWindowClose')
    .count({ as: 'final-count' })
    .toStream()
    .mapValues((count): Totals => ({ countries: 1, visits: count ?? 0 }))
    .groupBy(() => 'all')
    .windowedBy(windows)
    .emitStrategy('onWindowClose')
    .reduce(addTotals, { as: 'totals', associative: true })
    .toStream(rowName)
    .to('totals');

  if (options.spread > 0) {
    visits
      .selectKey((_who, visit) => visit.country)
      .repartition({ name: 'spread', numberOfPartitions: options.spread })
      .groupByKey()
      .windowedBy(windows)
      .emitStrategy('onWindowClose')
      .count({ as: 'spread-count' })
      .toStream(rowName)
      .to('spread-count');
  }
  return builder.build();
}

/** The key of a row of a windowed table in its topic. */
export function rowName(key: Windowed<string>): string {
  return `${key.key}@${key.window.start}`;
}

function clean(visit: Visit): Visit {
  if (visit.bad) throw new Error(`visit ${visit.id} is bad`);
  return visit;
}

function add(a: Summary, b: Summary): Summary {
  return { visits: a.visits + b.visits, visitors: a.visitors + b.visitors };
}

function addTotals(a: Totals, b: Totals): Totals {
  return { countries: a.countries + b.countries, visits: a.visits + b.visits };
}
