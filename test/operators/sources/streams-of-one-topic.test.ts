import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { Serdes, StreamsBuilder } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const TEXT = { valueSerde: Serdes.string() };

describe('several streams of one topic', () => {
  let driver: TopologyTestDriver;

  afterEach(() => driver.close());

  it('are read once, and their operators get each record in the order of their declaration', async () => {
    const builder = new StreamsBuilder();
    const calls: string[] = [];
    const first = builder.stream<string, string>('in', TEXT);
    const second = builder.stream<string, string>('in', TEXT);
    second.foreach((_key, value) => calls.push(`second ${value}`));
    first.foreach((_key, value) => calls.push(`first ${value}`));
    second.foreach((_key, value) => calls.push(`second again ${value}`));
    driver = await TopologyTestDriver.create(builder.build());
    await driver.pipeInput('in', { key: 'k', value: 'a' }, TEXT);
    await driver.pipeInput('in', { key: 'k', value: 'b' }, TEXT);
    assert.deepEqual(calls, ['second a', 'first a', 'second again a', 'second b', 'first b', 'second again b']);
    assert.deepEqual(
      driver.counts.map(({ in: read }) => ({ ...read })),
      [{ in: 2 }],
    );
  });

  it('drop null keys and null values each for itself', async () => {
    const builder = new StreamsBuilder();
    builder.stream<string, string>('in', { ...TEXT, dropNullKeys: true }).to('with-keys');
    builder.stream<string, string>('in', { ...TEXT, dropNullValues: true }).to('with-values');
    builder.stream<string, string>('in', TEXT).to('all');
    driver = await TopologyTestDriver.create(builder.build());
    await driver.pipeInput('in', { key: null, value: 'a' }, TEXT);
    await driver.pipeInput('in', { key: 'k', value: null }, TEXT);
    const pairs = (topic: string) => driver.readOutput(topic, TEXT).map(({ key, value }) => [key, value]);
    assert.deepEqual(pairs('with-keys'), [['k', null]]);
    assert.deepEqual(pairs('with-values'), [[null, 'a']]);
    assert.deepEqual(pairs('all'), [
      [null, 'a'],
      ['k', null],
    ]);
    assert.equal(driver.counts[0]?.dropped, 2);
  });

  it('can be joined with each other', async () => {
    const builder = new StreamsBuilder();
    const table = builder.stream<string, string>(['in', 'more'], TEXT).toTable({ as: 'newest', ...TEXT });
    builder
      .stream<string, string>(['more', 'in'], { ...TEXT, dropNullKeys: true })
      .join(table, (value, newest) => `${value} ${newest}`)
      .to('out', TEXT);
    driver = await TopologyTestDriver.create(builder.build());
    await driver.pipeInput('in', { key: 'k', value: 'a' }, TEXT);
    await driver.pipeInput('more', { key: 'k', value: 'b' }, TEXT);
    assert.deepEqual(
      driver.readOutput('out', TEXT).map(({ value }) => value),
      ['a a', 'b b'],
    );
  });
});
