import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Serdes, StreamsBuilder } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

describe('a record of a task with several source topics', () => {
  it('is decoded once, and asked once for its timestamp, however long it waits for its turn', async () => {
    const calls: string[] = [];
    const json = Serdes.json<string>();
    const valueSerde = {
      serialize: json.serialize,
      deserialize(bytes: Buffer) {
        const text = json.deserialize(bytes);
        calls.push(`decoded ${text}`);
        return text;
      },
    };
    const builder = new StreamsBuilder();
    builder
      .stream(['left', 'right'], {
        valueSerde,
        timestampExtractor(record, value) {
          calls.push(`asked for ${value}`);
          return record.timestamp;
        },
      })
      .to('out');
    const driver = await TopologyTestDriver.create(builder.build());
    driver.produce(
      'left',
      [1, 3, 5].map(timestamp => ({ key: 'k', value: `l${timestamp}`, timestamp })),
    );
    driver.produce(
      'right',
      [6, 7].map(timestamp => ({ key: 'k', value: `r${timestamp}`, timestamp })),
    );
    await driver.pipeInput('right', [{ key: 'k', value: 'r8', timestamp: 8 }]);
    const values = driver.readOutput('out').map(({ value }) => value);
    await driver.close();
    assert.deepEqual(values, ['l1', 'l3', 'l5', 'r6', 'r7', 'r8']);
    assert.deepEqual(calls.toSorted(), values.flatMap(value => [`decoded ${value}`, `asked for ${value}`]).toSorted());
  });
});
