import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { StreamsBuilder, type Topology, TopologyError } from '../../../streams/index.js';
import { planTopology } from '../../../streams/runtime/plan/task-plan.js';

function counts(topics: Record<string, number>): ReadonlyMap<string, number> {
  return new Map(Object.entries(topics));
}

function topology(declare: (builder: StreamsBuilder) => void): Topology {
  const builder = new StreamsBuilder();
  declare(builder);
  return builder.build();
}

describe('the plan of a topology', () => {
  it('has a task for each partition of the source', () => {
    const plan = planTopology(
      topology(builder => builder.stream('in').to('out')),
      'app',
      counts({ in: 3 }),
    );
    assert.deepEqual(
      plan.subTopologies.map(({ tasks, inputs }) => ({ tasks, inputs })),
      [{ tasks: 3, inputs: [{ topic: 'in', partitions: 3 }] }],
    );
    assert.deepEqual(plan.inputTopics, ['in']);
    assert.deepEqual([plan.auditTopic, plan.auditPartitions], ['app-audit', 3]);
  });

  it('names the changelogs after the application and the store; a store that is not logged has none', () => {
    const plan = planTopology(
      topology(builder => {
        const grouped = builder.stream('in').groupByKey();
        grouped.count({ as: 'logged' });
        grouped.count({ as: 'lost', logging: false });
      }),
      'app',
      counts({ in: 1 }),
    );
    assert.deepEqual(
      plan.subTopologies.flatMap(({ stores }) => stores.map(({ spec, changelog }) => [spec.name, changelog])),
      [
        ['logged', 'app-logged-changelog'],
        ['lost', undefined],
      ],
    );
  });

  it('keeps a repartition topic without a number of its own within the sub-topology, with as many partitions as tasks', () => {
    const plan = planTopology(
      topology(builder => {
        builder
          .stream('in')
          .groupBy(() => 'all')
          .count({ as: 'counts' });
      }),
      'app',
      counts({ in: 4 }),
    );
    const [subTopology] = plan.subTopologies;
    assert.equal(plan.subTopologies.length, 1);
    const expected = {
      topic: 'app-counts-repartition',
      partitions: 4,
      upstreamTasks: 4,
      local: true,
      packed: true,
      delay: undefined,
    };
    for (const repartition of [...(subTopology?.reads ?? []), ...(subTopology?.writes ?? [])]) {
      const { node: _, ...rest } = repartition;
      assert.deepEqual(rest, expected);
    }
    assert.deepEqual(subTopology?.inputs, [
      { topic: 'in', partitions: 4 },
      { topic: 'app-counts-repartition', partitions: 4 },
    ]);
    assert.deepEqual(plan.inputTopics, ['in', 'app-counts-repartition']);
  });

  it('makes a repartition topic with a number of its own a boundary: as many tasks after it, fed by all before it', () => {
    const plan = planTopology(
      topology(builder => {
        builder
          .stream('in')
          .repartition({ name: 'spread', numberOfPartitions: 5 })
          .groupByKey()
          .count({ as: 'counts' });
      }),
      'app',
      counts({ in: 2 }),
    );
    assert.deepEqual(
      plan.subTopologies.map(({ tasks, reads, writes }) => ({
        tasks,
        reads: reads.map(({ topic, upstreamTasks, local }) => ({ topic, upstreamTasks, local })),
        writes: writes.map(({ topic, partitions }) => ({ topic, partitions })),
      })),
      [
        { tasks: 2, reads: [], writes: [{ topic: 'app-spread-repartition', partitions: 5 }] },
        { tasks: 5, reads: [{ topic: 'app-spread-repartition', upstreamTasks: 2, local: false }], writes: [] },
      ],
    );
    assert.equal(plan.auditPartitions, 5);
  });

  it('has no place for topics of a store that have different numbers of partitions, and names them with their counts', () => {
    const merged = topology(builder => {
      builder.stream('left').merge(builder.stream('right')).groupByKey().count({ as: 'counts' });
    });
    assert.throws(
      () => planTopology(merged, 'app', counts({ left: 2, right: 3 })),
      (error: Error) => {
        assert.ok(error instanceof TopologyError);
        assert.match(error.message, /left has 2.*right has 3/);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      },
    );
    assert.equal(planTopology(merged, 'app', counts({ left: 3, right: 3 })).subTopologies[0]?.tasks, 3);
  });

  it('gives a repartition topic as many partitions as the inputs that it meets, and tasks of their own', () => {
    const plan = planTopology(
      topology(builder => {
        const moved = builder
          .stream<string, string>('six')
          .selectKey((_key, value) => value)
          .repartition({ name: 'moved' });
        builder.stream<string, string>('four').merge(moved).groupByKey().count({ as: 'counts' });
      }),
      'app',
      counts({ six: 6, four: 4 }),
    );
    assert.deepEqual(
      plan.subTopologies.map(({ tasks, inputs, reads, writes, stores }) => ({
        tasks,
        inputs: inputs.map(({ topic, partitions }) => `${topic} ${partitions}`),
        reads: reads.map(({ partitions, upstreamTasks, local }) => ({ partitions, upstreamTasks, local })),
        writes: writes.map(({ topic }) => topic),
        stores: stores.map(({ spec, partitions }) => `${spec.name} ${partitions}`),
      })),
      [
        { tasks: 6, inputs: ['six 6'], reads: [], writes: ['app-moved-repartition'], stores: [] },
        {
          tasks: 4,
          inputs: ['four 4', 'app-moved-repartition 4'],
          reads: [{ partitions: 4, upstreamTasks: 6, local: false }],
          writes: [],
          stores: ['counts 4'],
        },
      ],
    );
  });

  it('asks for no equal numbers of topics that no store meets, and knows the partitions of each store', () => {
    const plan = planTopology(
      topology(builder => {
        const left = builder.stream('left');
        left.groupByKey().count({ as: 'counts' });
        left.merge(builder.stream('right')).to('out');
      }),
      'app',
      counts({ left: 2, right: 3 }),
    );
    const [subTopology] = plan.subTopologies;
    assert.equal(subTopology?.tasks, 3);
    assert.deepEqual(
      subTopology?.stores.map(({ partitions }) => partitions),
      [2],
    );
  });

  it('refuses a stream that meets itself under another key beside an input with more partitions', () => {
    const met = topology(builder => {
      const left = builder.stream<string, string>('left');
      const moved = left.selectKey((_key, value) => value).repartition({ name: 'moved' });
      left.merge(moved).groupByKey().count({ as: 'counts' });
      left.merge(builder.stream<string, string>('right')).to('out');
    });
    assert.throws(() => planTopology(met, 'app', counts({ left: 2, right: 3 })), /moved-repartition has 2.* 3/);
    assert.equal(planTopology(met, 'app', counts({ left: 3, right: 3 })).subTopologies[0]?.reads[0]?.local, true);
  });

  it('refuses a repartition topic with fewer partitions than a topic that is connected with it, if only by streams', () => {
    const connected = topology(builder => {
      const counted = builder
        .stream('left')
        .repartition({ name: 'moved', numberOfPartitions: 2 })
        .groupByKey()
        .count({ as: 'counts' });
      builder.table('right', { as: 'rows' }).toStream().merge(counted.toStream()).to('out');
    });
    assert.throws(() => planTopology(connected, 'app', counts({ left: 4, right: 4 })), /moved-repartition has 2.* 4/);
    assert.deepEqual(
      planTopology(connected, 'app', counts({ left: 4, right: 2 })).subTopologies.map(({ tasks }) => tasks),
      [4, 2],
    );
  });

  it('lets stateless streams of different topics have different numbers of partitions', () => {
    const merged = topology(builder => builder.stream('left').merge(builder.stream('right')).to('out'));
    assert.equal(planTopology(merged, 'app', counts({ left: 2, right: 3 })).subTopologies[0]?.tasks, 3);
  });

  it('names a repartition topic that is not co-partitioned with the rest', () => {
    const mixed = topology(builder => {
      const spread = builder.stream('left').repartition({ name: 'spread', numberOfPartitions: 5 });
      builder.stream('right').merge(spread).groupByKey().count({ as: 'counts' });
    });
    assert.throws(
      () => planTopology(mixed, 'app', counts({ left: 2, right: 3 })),
      /right has 3.*spread-repartition has 5/,
    );
  });

  it('needs every source topic, and names the one that is not there', () => {
    const two = topology(builder => {
      builder.stream('here').to('out');
      builder.stream('gone').to('out');
    });
    assert.throws(() => planTopology(two, 'app', counts({ here: 1 })), { name: 'TopologyError', message: /gone/ });
  });
});
