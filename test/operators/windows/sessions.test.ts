import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { resumeOnError, SessionWindows, StreamsBuilder } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';
import { LEFT, RIGHT } from '../../runtime/waiting-script.js';

describe('a session', () => {
  it('stays as it is if the aggregator throws for a record that would extend it', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in', { dropNullKeys: true, dropNullValues: true })
      .groupByKey()
      .windowedBy(SessionWindows.of({ gap: 5, grace: 100 }))
      .aggregate(
        {
          initializer: () => 0,
          aggregator: (_key, value, count) => {
            if (value === 'bad') throw new Error('bad');
            return count + 1;
          },
          merger: (_key, left, right) => left + right,
        },
        { as: 'sessions' },
      )
      .toStream(({ key, window: { start, end } }) => `${key}@${start}-${end}`)
      .to('out');
    const driver = await TopologyTestDriver.create(builder.build(), { processingExceptionHandler: resumeOnError });
    for (const [value, timestamp] of [
      ['a', 1],
      ['b', 3],
      ['bad', 4],
    ] as const) {
      await driver.pipeInput('in', { key: 'k', value, timestamp });
    }
    const rows = new Map(driver.readOutput('out').map(({ key, value }) => [key, value]));
    assert.deepEqual(
      [...rows].filter(([, value]) => value !== null),
      [['k@1-3', 2]],
    );
    await driver.close();
  });

  it('has no row while its tombstone is on its way, also if it then stays as it was', async () => {
    const builder = new StreamsBuilder();
    const sessions = builder
      .stream<string, string>('in', { dropNullKeys: true, dropNullValues: true })
      .groupByKey()
      .windowedBy(SessionWindows.of({ gap: 5, grace: 100 }))
      .reduce((first, second) => first + second, { as: 'sessions' });
    sessions
      .join(sessions, (left, right) => `${left}/${right}`)
      .toStream(({ key, window: { start, end } }) => `${key}@${start}-${end}`)
      .to('out');
    const driver = await TopologyTestDriver.create(builder.build());
    for (const [value, timestamp] of [
      ['a', 1],
      ['b', 3],
      ['c', 2],
    ] as const) {
      await driver.pipeInput('in', { key: 'k', value, timestamp });
    }
    assert.deepEqual(
      driver.readOutput('out').map(({ key, value }) => [key, value]),
      [
        ['k@1-1', 'a/a'],
        ['k@1-1', 'a/a'],
        ['k@1-3', 'ab/ab'],
        ['k@1-3', 'ab/ab'],
        ['k@1-3', 'abc/abc'],
        ['k@1-3', 'abc/abc'],
      ],
    );
    await driver.close();
  });

  it('comes out when it closes, also if the tasks before it go on by just the gap', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in', { dropNullKeys: true, dropNullValues: true })
      .selectKey((_key, value) => value)
      .groupByKey()
      .windowedBy(SessionWindows.of({ gap: 5, grace: 0 }))
      .emitStrategy('onWindowClose')
      .count({ as: 'sessions' })
      .toStream(({ key, window: { start, end } }) => `${key}@${start}-${end}`)
      .to('out');
    const driver = await TopologyTestDriver.create(builder.build(), { partitions: 2, autoCommit: false });
    // The keys of the input are in two partitions, so two tasks send records to each session.
    for (const [value, timestamp] of [
      ['late', 7],
      ['one', 12],
      ['one', 12],
      ['one', 100],
      ['one', 200],
    ] as const) {
      for (const key of [LEFT, RIGHT]) driver.produce('in', { key, value, timestamp });
      for (let commits = 0; commits < 2; commits++) {
        await driver.run();
        await driver.commit();
      }
    }
    assert.deepEqual(
      driver
        .readOutput('out')
        .map(({ key, value }) => `${key} ${value}`)
        .sort(),
      ['late@7-7 2', 'one@100-100 2', 'one@12-12 4'],
    );
    await driver.close();
  });

  it('of a cogroup is extended by a record of another group, also if it ends after all records of that group', async () => {
    const builder = new StreamsBuilder();
    const grouped = (topic: string) =>
      builder.stream<string, string>(topic, { dropNullKeys: true, dropNullValues: true }).groupByKey();
    const aggregator = (_key: string, _value: string, count: number): number => count + 1;
    grouped('first')
      .cogroup(aggregator)
      .cogroup(grouped('second'), aggregator)
      .windowedBy(SessionWindows.of({ gap: 20, grace: 10 }))
      .aggregate(
        () => 0,
        (_key, left, right) => left + right,
        { as: 'sessions' },
      )
      .toStream(({ key, window: { start, end } }) => `${key}@${start}-${end}`)
      .to('out');
    const driver = await TopologyTestDriver.create(builder.build());
    await driver.pipeInput('first', { key: 'k', value: 'x', timestamp: 52 });
    await driver.pipeInput('second', { key: 'k', value: 'x', timestamp: 67 });
    await driver.pipeInput('first', { key: 'k', value: 'x', timestamp: 38 });
    assert.deepEqual(
      driver.readOutput('out').map(({ key, value }) => [key, value]),
      [
        ['k@52-52', 1],
        ['k@52-52', null],
        ['k@52-67', 2],
        ['k@52-67', null],
        ['k@38-67', 3],
      ],
    );
    // The test driver lists no session that has expired.
    await driver.pipeInput('second', { key: 'other', value: 'x', timestamp: 97 });
    assert.deepEqual(
      (await driver.storeEntries('sessions')).map(({ key }) => key),
      ['other'],
    );
    await driver.close();
  });
});
