import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  type KStream,
  type Serde,
  Serdes,
  StreamsBuilder,
  Suppressed,
  TimeWindows,
  TopologyError,
} from '../../streams/index.js';

function oneStream(): { readonly builder: StreamsBuilder; readonly stream: KStream<string | null, string | null> } {
  const builder = new StreamsBuilder();
  return { builder, stream: builder.stream<string, string>('in', { name: 'source' }) };
}

function rejects(declare: () => unknown, message: RegExp): void {
  assert.throws(declare, error => error instanceof TopologyError && message.test(error.message));
}

describe('a topology is data', () => {
  it('its nodes are frozen, in the order of declaration, and know their parents', () => {
    const { builder, stream } = oneStream();
    stream.filter(() => true, { name: 'filter' }).to('out', { name: 'sink' });
    const topology = builder.build();

    assert.deepEqual(
      topology.nodes.map(({ id, kind, name, parents }) => [id, kind, name, parents.map(parent => parent.name)]),
      [
        [0, 'source', 'source', []],
        [1, 'filter', 'filter', ['source']],
        [2, 'sink', 'sink', ['filter']],
      ],
    );
    for (const frozen of [topology, topology.nodes, topology.subTopologies, ...topology.nodes]) {
      assert.ok(Object.isFrozen(frozen));
    }
  });

  it('is the topology as it was when it was built: what is declared later is in the next one', () => {
    const { builder, stream } = oneStream();
    const before = builder.build();
    stream.to('out');
    assert.equal(before.nodes.length, 1);
    assert.equal(builder.build().nodes.length, 2);
  });

  it('calls nothing of the user while it is declared', () => {
    const { builder, stream } = oneStream();
    const fail = (): never => assert.fail('called at declaration');
    stream
      .map(fail)
      .filter(fail)
      .peek(fail)
      .groupByKey()
      .aggregate({ initializer: fail, aggregator: fail }, { as: 'a' });
    stream.split().branch('left', fail).noDefaultBranch();
    assert.equal(builder.build().subTopologies.length, 1);
  });
});

describe('a TopologyError says what to change', () => {
  it('where a name is taken', () => {
    const { stream } = oneStream();
    stream.filter(() => true, { name: 'adults' });
    rejects(() => stream.filter(() => true, { name: 'adults' }), /two of the node name adults/);
    stream.groupByKey().count({ as: 'counts' });
    rejects(() => stream.groupByKey().count({ as: 'counts' }), /two of the store name counts/);
    stream.repartition({ name: 'moved' });
    rejects(() => stream.repartition({ name: 'moved' }), /two of the repartition topic name moved/);
    const other = stream.groupBy((_key, value) => value, { name: 'moved' });
    rejects(() => other.count({ as: 'more' }), /two of the repartition topic name moved/);
    rejects(
      () =>
        stream
          .split()
          .branch('one', () => true)
          .branch('one', () => true),
      /two branches one/,
    );
  });

  it('where a name would not do as the name of a topic', () => {
    const { stream } = oneStream();
    for (const as of ['', 'a b', 'a/b', 'ä'])
      rejects(() => stream.groupByKey().count({ as }), /store name ".*": letters/);
  });

  it('where topics are not named, or one is named twice', () => {
    const builder = new StreamsBuilder();
    rejects(() => builder.build(), /reads no topic/);
    rejects(() => builder.stream([]), /no topic given/);
    rejects(() => builder.stream(['in', 'in']), /a topic is named twice: in, in/);
  });

  it('where sources share some topics, and not all', () => {
    const builder = new StreamsBuilder();
    builder.stream(['in', 'more']);
    const remedy = 'give both the same topics, or merge streams of single topics';
    rejects(
      () => builder.stream('in'),
      new RegExp(`topic in is read by a stream of in, more and by a stream of in: ${remedy}`),
    );
    rejects(() => builder.stream(['other', 'more']), /topic more is read by a stream of in, more and by a stream of/);
    rejects(() => builder.stream(['in', 'more', 'other']), /topic in is read by/);
    builder.stream(['more', 'in']);
    builder.stream('other');
  });

  it('where a topic is read as a stream and as a table, or by two tables', () => {
    const builder = new StreamsBuilder();
    builder.stream('stream');
    builder.table('table');
    rejects(() => builder.table('stream'), /topic stream is read as a stream and as a table: use toTable/);
    rejects(() => builder.stream('table'), /topic table is read as a stream and as a table: .*toStream/);
    rejects(() => builder.table('table'), /topic table is read by two tables: use the first table again/);
  });

  it('where two streams of a topic read it in different ways', () => {
    const builder = new StreamsBuilder();
    builder.stream('default');
    builder.stream('default', { keySerde: Serdes.string(), valueSerde: Serdes.json() });
    rejects(
      () => builder.stream('default', { keySerde: Serdes.long() }),
      /topic default differ in keySerde: give both/,
    );
    rejects(() => builder.stream('default', { valueSerde: Serdes.string() }), /topic default differ in valueSerde/);
    const extractor = (): number => 0;
    rejects(() => builder.stream('default', { timestampExtractor: extractor }), /differ in timestampExtractor/);

    const own: Serde<string> = { serialize: Buffer.from, deserialize: String };
    builder.stream('own', { valueSerde: own, timestampExtractor: extractor });
    builder.stream('own', { valueSerde: own, timestampExtractor: extractor });
    rejects(() => builder.stream('own', { valueSerde: { ...own }, timestampExtractor: extractor }), /in valueSerde/);
  });

  it('where a topic is read both by tasks and as a global table', () => {
    const builder = new StreamsBuilder();
    builder.globalTable('names');
    rejects(() => builder.stream('names'), /topic names is read twice/);
    rejects(() => builder.globalTable('names'), /topic names is read twice/);
    builder.table('in');
    rejects(() => builder.globalTable('in'), /topic in is read twice/);
    rejects(() => builder.globalTable('other', { as: 'names-table' }), /two of the store name names-table/);
  });

  it('where there are only global tables, which make no task', () => {
    const builder = new StreamsBuilder();
    builder.globalTable('names');
    rejects(() => builder.build(), /reads no topic but those of its global tables: it needs a stream or a table/);
  });

  it('where a global table is of another builder', () => {
    const { stream } = oneStream();
    const names = new StreamsBuilder().globalTable('names');
    rejects(() => stream.join(names, () => 'key', String), /global table of names: it is of another StreamsBuilder/);
    rejects(() => stream.leftJoin(names, () => 'key', String), /of another StreamsBuilder/);
  });

  it('where a stream or a table is of another builder', () => {
    const { stream } = oneStream();
    const other = new StreamsBuilder();
    const otherStream = other.stream<string, string>('other');
    const otherTable = other.table('rows', { as: 'rows' });
    rejects(() => stream.merge(otherStream), /KSTREAM-SOURCE-\d+ is of another StreamsBuilder/);
    rejects(() => stream.join(otherTable, String), /KTABLE-SOURCE-\d+ is of another StreamsBuilder/);
  });

  it('where state or moved records would be found by a generated name', () => {
    const { builder, stream } = oneStream();
    const names = builder.table<string, string>('names');
    const moving = stream.selectKey(String);
    rejects(() => moving.join(names, String), /a join moves records by their new keys, so it needs a name that lasts/);
    rejects(() => moving.toTable(), /toTable moves records by their new keys, so it needs a name that lasts/);
    rejects(() => names.join(names, String, String), /a join by a foreign key keeps rows, so it needs a name/);
    stream
      .toTable()
      .groupBy((key, value) => ({ key, value }))
      .count({ as: 'counts' });
    rejects(() => builder.build(), /a node after KSTREAM-TOTABLE-\d+ needs its rows, so it needs a name that lasts/);
  });

  it('where two streams are joined without windows', () => {
    const { stream } = oneStream();
    const untyped = stream as unknown as { join(other: unknown, joiner: unknown): unknown };
    rejects(() => untyped.join(stream, String), /a join of two streams needs windows/);
  });

  it('where a number of partitions is none', () => {
    const { stream } = oneStream();
    for (const numberOfPartitions of [0, -1, 1.5, Number.NaN]) {
      rejects(() => stream.repartition({ name: 'moved', numberOfPartitions }), /numberOfPartitions of moved/);
    }
  });

  it('where windows would be forgotten before they close', () => {
    const { stream } = oneStream();
    const windowed = stream.groupByKey().windowedBy(TimeWindows.of({ size: '60s', grace: '10s' }));
    rejects(() => windowed.count({ as: 'short', retention: '69s' }), /retention of the store short: 69000 ms is below/);
    windowed.count({ as: 'enough', retention: '70s' });
  });

  it('where a table without windows is to wait until they close', () => {
    const { stream } = oneStream();
    const counts = stream.groupByKey().count({ as: 'counts' });
    rejects(() => counts.suppress(Suppressed.untilWindowCloses(), { name: 'final' }), /the table has no windows/);
  });
});
