import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { StreamsBuilder } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

describe('the time of a join that waits for its grace', () => {
  for (const [what, key, value] of [
    ['key', null, 'none'],
    ['value', 'a', null],
  ] as const) {
    it(`does not come from records without a ${what}, so the others are in order of their times`, async () => {
      const builder = new StreamsBuilder();
      const rows = builder.table<string, string>('rows', { as: 'rows', historyRetention: 1000 });
      builder
        .stream<string, string>('in')
        .join(rows, (left, right) => `${left} ${right}`, { name: 'joined', gracePeriod: 20 })
        .to('out');
      const driver = await TopologyTestDriver.create(builder.build());
      await driver.pipeInput('rows', { key: 'a', value: 'row', timestamp: 0 });
      await driver.pipeInput('in', { key: 'a', value: 'second', timestamp: 15 });
      await driver.pipeInput('in', { key, value, timestamp: 40 });
      await driver.pipeInput('in', { key: 'a', value: 'first', timestamp: 10 });
      assert.deepEqual(driver.readOutput('out'), []);
      await driver.pipeInput('in', { key: 'a', value: 'third', timestamp: 35 });
      const output = driver.readOutput('out').map(({ value: joined }) => joined);
      await driver.close();
      assert.deepEqual(output, ['first row', 'second row']);
    });
  }
});

describe('a join that waits for its grace', () => {
  it('takes the rows of its time through transformValues, as through mapValues', async () => {
    const builder = new StreamsBuilder();
    const rows = builder
      .table<string, string>('rows', { as: 'rows', historyRetention: 1000 })
      .transformValues<string>(() => row => (row === null ? null : `${row}!`));
    builder
      .stream<string, string>('in', { dropNullKeys: true, dropNullValues: true })
      .join(rows, (left, right) => `${left} ${right}`, { name: 'joined', gracePeriod: 20 })
      .to('out');
    const driver = await TopologyTestDriver.create(builder.build());
    await driver.pipeInput('rows', { key: 'a', value: 'new', timestamp: 12 });
    await driver.pipeInput('in', { key: 'a', value: 'left', timestamp: 10 });
    await driver.pipeInput('rows', { key: 'a', value: 'old', timestamp: 5 });
    await driver.pipeInput('in', { key: 'a', value: 'later', timestamp: 40 });
    const output = driver.readOutput('out').map(({ value }) => value);
    await driver.close();
    assert.deepEqual(output, ['left old!']);
  });
});
