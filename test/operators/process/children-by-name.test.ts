import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { JoinWindows, type KStream, StreamsBuilder, TimeWindows } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

type Declare = (stream: KStream<string, string>, builder: StreamsBuilder) => void;

const children: Readonly<Record<string, Declare>> = {
  filter: stream => stream.filter(() => true).to('out'),
  map: stream => stream.map((key, value) => ({ key, value })).to('out'),
  split: stream =>
    void stream
      .split()
      .branch('all', () => true)
      .noDefaultBranch()
      .all.to('out'),
  merge: stream => stream.merge(stream.mapValues(value => value)).to('out'),
  sink: stream => stream.to('out'),
  repartition: stream => stream.repartition({ name: 'moved' }).to('out'),
  table: stream => stream.toTable({ as: 'rows' }).toStream().to('out'),
  'table without a store': stream => stream.toTable({ name: 'rows' }).toStream().to('out'),
  'count of a group': stream => stream.groupByKey().count({ as: 'counts' }).toStream().to('out'),
  'count of a group by another key': stream =>
    stream
      .groupBy((_key, value) => value)
      .count({ as: 'counts' })
      .toStream()
      .to('out'),
  'count of windows': stream =>
    void stream
      .groupByKey()
      .windowedBy(TimeWindows.of({ size: '1s', grace: '0s' }))
      .count({ as: 'counts' })
      .toStream()
      .to('out'),
  'join with a stream': (stream, builder) =>
    stream
      .join(
        builder.stream<string, string>('other', { dropNullKeys: true }),
        (a, b) => a + b,
        JoinWindows.of({ timeDifference: '1s', grace: '0s' }),
        {
          as: 'joined',
        },
      )
      .to('out'),
  'left join with a stream': (stream, builder) =>
    stream
      .leftJoin(
        builder.stream<string, string>('other', { dropNullKeys: true }),
        (a, b) => `${a}${b}`,
        JoinWindows.of({ timeDifference: '1s', grace: '0s' }),
        {
          as: 'joined',
        },
      )
      .to('out'),
  'join with a table': (stream, builder) =>
    stream.join(builder.table<string, string>('other'), (a, b) => `${a}${b}`, { name: 'joined' }).to('out'),
  'join with a global table': (stream, builder) =>
    stream
      .join(
        builder.globalTable<string, string>('other'),
        key => key,
        (a, b) => `${a}${b}`,
      )
      .to('out'),
  process: stream => stream.process<string, string>(context => record => context.forward(record)).to('out'),
};

function topologyOf(declare: Declare, to: string | undefined) {
  const builder = new StreamsBuilder();
  const stream = builder
    .stream<string, string>('in', { dropNullKeys: true, dropNullValues: true })
    .process<string, string>(context => record => context.forward(record, to), { name: 'forwarding' });
  declare(stream, builder);
  return builder.build();
}

/** The nodes after `forwarding`, as `describe()` names them. */
function successors(description: string): string[] {
  const line = /forwarding \(stores: \[\]\)\n\s+--> (.*)/.exec(description)?.[1] ?? '';
  return line.split(', ');
}

describe('a child by name', () => {
  for (const [name, declare] of Object.entries(children)) {
    it(`is a ${name}`, async () => {
      for (const child of successors(topologyOf(declare, undefined).describe())) {
        const driver = await TopologyTestDriver.create(topologyOf(declare, child));
        try {
          await driver.pipeInput('in', { key: 'k', value: 'v', timestamp: 0 });
        } finally {
          await driver.close().catch(() => {});
        }
        assert.ok(child);
      }
    });
  }
});
