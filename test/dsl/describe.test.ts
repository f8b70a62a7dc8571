import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { StreamsBuilder, TimeWindows } from '../../streams/index.js';

describe("Topology.describe, in the format of Java's TopologyDescription", () => {
  it('prints sources, processors with their stores, sinks, and a repartition as a sink and a source', () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, { readonly country: string }>('user', { name: 'users' })
      .filter((_key, user) => user !== null)
      .groupBy((_key, user) => user.country)
      .windowedBy(TimeWindows.of({ size: '60s', grace: '10s' }))
      .count({ as: 'countries' })
      .toStream()
      .to('country-count', { name: 'counts' });

    assert.equal(
      builder.build().describe(),
      `Topologies:
   Sub-topology: 0
    Source: users (topics: [user])
      --> KSTREAM-FILTER-0000000001
    Processor: KSTREAM-FILTER-0000000001 (stores: [])
      --> KSTREAM-KEY-SELECT-0000000002
      <-- users
    Processor: KSTREAM-KEY-SELECT-0000000002 (stores: [])
      --> countries-repartition-sink
      <-- KSTREAM-FILTER-0000000001
    Sink: countries-repartition-sink (topic: countries-repartition)
      <-- KSTREAM-KEY-SELECT-0000000002
    Source: countries-repartition-source (topics: [countries-repartition])
      --> KSTREAM-AGGREGATE-0000000004
    Processor: KSTREAM-AGGREGATE-0000000004 (stores: [countries])
      --> KTABLE-TOSTREAM-0000000005
      <-- countries-repartition-source
    Processor: KTABLE-TOSTREAM-0000000005 (stores: [])
      --> counts
      <-- KSTREAM-AGGREGATE-0000000004
    Sink: counts (topic: country-count)
      <-- KTABLE-TOSTREAM-0000000005
`,
    );
  });

  it('numbers the sub-topologies, which what is not connected makes', () => {
    const builder = new StreamsBuilder();
    builder.stream(['a', 'b'], { name: 'first' }).to(key => `of-${key}`, { name: 'by-key' });
    builder.stream('c', { name: 'second' });

    assert.equal(
      builder.build().describe(),
      `Topologies:
   Sub-topology: 0
    Source: first (topics: [a, b])
      --> by-key
    Sink: by-key (extractor class: TopicNameExtractor)
      <-- first

   Sub-topology: 1
    Source: second (topics: [c])
      --> none
`,
    );
  });

  it('separates what is before and after a repartition topic with a number of partitions of its own', () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', { name: 'source' })
      .repartition({ name: 'wide', numberOfPartitions: 8 })
      .to('out', { name: 'sink' });

    assert.equal(
      builder.build().describe(),
      `Topologies:
   Sub-topology: 0
    Source: source (topics: [in])
      --> wide-repartition-sink
    Sink: wide-repartition-sink (topic: wide-repartition)
      <-- source

   Sub-topology: 1
    Source: wide-repartition-source (topics: [wide-repartition])
      --> sink
    Sink: sink (topic: out)
      <-- wide-repartition-source
`,
    );
  });

  it('prints one repartition for all aggregations of a group that has a name, and one for each where it has none', () => {
    const groups = (name?: string): string => {
      const builder = new StreamsBuilder();
      const grouped = builder
        .stream<string, string>('in')
        .groupBy((_key, value) => value, name === undefined ? {} : { name });
      grouped.count({ as: 'total' });
      grouped.windowedBy(TimeWindows.of({ size: '1s', grace: 0 })).count({ as: 'by-second' });
      return builder.build().describe();
    };
    const sinks = (text: string): (string | undefined)[] => [...text.matchAll(/Sink: (\S+)/g)].map(([, sink]) => sink);

    assert.deepEqual(sinks(groups('by-value')), ['by-value-repartition-sink']);
    assert.deepEqual(sinks(groups()), ['total-repartition-sink', 'by-second-repartition-sink']);
    // As in Java, the operator that chooses the key has the name too.
    assert.match(groups('by-value'), /Processor: by-value \(stores: \[\]\)\n +--> by-value-repartition-sink/);
  });

  it('prints the global stores, which have no tasks, after the sub-topologies', () => {
    const builder = new StreamsBuilder();
    const named = builder.globalTable('products', { name: 'products', as: 'product-store' });
    const generated = builder.globalTable('shops');
    builder
      .stream('in')
      .join(named, key => key, String)
      .leftJoin(generated, key => key, String, { name: 'with-shop' })
      .to('out');

    assert.equal(
      builder.build().describe(),
      `Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000004 (topics: [in])
      --> KSTREAM-JOIN-0000000005
    Processor: KSTREAM-JOIN-0000000005 (stores: [])
      --> with-shop
      <-- KSTREAM-SOURCE-0000000004
    Processor: with-shop (stores: [])
      --> KSTREAM-SINK-0000000007
      <-- KSTREAM-JOIN-0000000005
    Sink: KSTREAM-SINK-0000000007 (topic: out)
      <-- with-shop

   Sub-topology: 1 for global store (will not generate tasks)
    Source: products-source (topics: [products])
      --> products
    Processor: products (stores: [product-store])
      --> none
      <-- products-source

   Sub-topology: 2 for global store (will not generate tasks)
    Source: KSTREAM-SOURCE-0000000002 (topics: [shops])
      --> KTABLE-SOURCE-0000000003
    Processor: KTABLE-SOURCE-0000000003 (stores: [shops-table])
      --> none
      <-- KSTREAM-SOURCE-0000000002
`,
    );
  });
});
