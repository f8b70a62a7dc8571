import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { Serdes, StreamsBuilder, StreamsError, TimeWindows } from '../../streams/index.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';

describe('the test driver', () => {
  let driver: TopologyTestDriver | undefined;

  afterEach(async () => {
    await driver?.close().catch(() => {});
    driver = undefined;
  });

  /** Reads text and writes numbers. */
  const start = async (startTime = 0): Promise<TopologyTestDriver> => {
    const builder = new StreamsBuilder();
    const lines = builder.stream<string, string>('lines', {
      name: 'reader',
      valueSerde: Serdes.string(),
      dropNullValues: true,
    });
    lines
      .mapValues(line => (line === 'text' ? (line as unknown as number) : line.length))
      .to('lengths', { name: 'writer', valueSerde: Serdes.long() });
    driver = await TopologyTestDriver.create(builder.build(), { startTime, deadLetterTopic: 'dead' });
    return driver;
  };

  it('says of an unknown output topic which ones there are', async () => {
    const { readOutput, readRecords } = await start().then(made => ({
      readOutput: () => made.readOutput('length'),
      readRecords: () => made.readRecords('length'),
    }));
    const unknown = /^there is no topic length; those that the topology writes are lengths, dead: .*outputTopics/;
    assert.throws(readOutput, { message: unknown });
    assert.throws(readRecords, { message: unknown });
  });

  it('says of an unknown input topic which ones there are', async () => {
    const made = await start();
    await assert.rejects(made.pipeInput('line', { key: 'a', value: 'b' }), {
      message: 'there is no topic line; those that the topology reads are lines',
    });
  });

  it('refuses to list a store that is not the store of a table or of processors', async () => {
    const builder = new StreamsBuilder();
    const windows = TimeWindows.of({ size: '1s', grace: 0 });
    builder.stream<string, string>('lines').groupByKey().windowedBy(windows).distinct({ as: 'seen' });
    driver = await TopologyTestDriver.create(builder.build());
    await driver.pipeInput('lines', { key: 'a', value: 'b', timestamp: 5 });
    await assert.rejects(driver.storeEntries('seen'), {
      message: 'store seen is not the store of a table or of processors',
    });
  });

  it('gives a record without a timestamp the time of its clock', async () => {
    const made = await start(5000);
    const serdes = { valueSerde: Serdes.string() };
    await made.pipeInput('lines', { key: 'a', value: 'b' }, serdes);
    await made.advanceWallClock(70);
    await made.pipeInput(
      'lines',
      [
        { key: 'a', value: 'bc' },
        { key: 'a', value: 'd', timestamp: 3 },
      ],
      serdes,
    );
    const output = made.readOutput('lengths', { valueSerde: Serdes.long() });
    assert.deepEqual(
      output.map(({ value, timestamp }) => [value, timestamp]),
      [
        [1, 5000],
        [2, 5070],
        [1, 3],
      ],
    );
  });

  it('says which serde a record for a topic needs, and which one reads its records', async () => {
    const made = await start();
    const valueSerde = Serdes.string() as never;
    await assert.rejects(made.pipeInput('lines', { key: 'a', value: 5 }, { valueSerde }), {
      message: 'the string serde was given the number 5: give the valueSerde of the source reader, which reads lines',
    });
    await assert.rejects(made.pipeInput('lines', { key: 5 as never, value: 'text' }), {
      message: 'the string serde was given the number 5: give the keySerde of the source reader, which reads lines',
    });
    await made.pipeInput('lines', { key: 'a', value: 'b' }, { valueSerde: Serdes.string() });
    assert.throws(() => made.readOutput('lengths'), {
      message: /: give the valueSerde of the sink writer, which writes lengths$/,
    });
  });

  it('says with the error that stops the application which serde to set', async () => {
    const made = await start();
    await assert.rejects(
      made.pipeInput('lines', { key: 'a', value: 'text' }, { valueSerde: Serdes.string() }),
      (error: Error) => {
        assert.ok(error instanceof StreamsError);
        assert.match(
          error.message,
          /^production failed at writer for lines-0@0: the long serde was given a value of type string/,
        );
        assert.match(error.message, /: check valueSerde of writer$/);
        return true;
      },
    );
    const builder = new StreamsBuilder();
    builder.stream('users', { name: 'users', keySerde: Serdes.long() }).to('out');
    builder
      .stream('texts', { name: 'texts' })
      .groupBy(() => 5, { keySerde: Serdes.string() as never })
      .count({ as: 'n' });
    const other = await TopologyTestDriver.create(builder.build());
    const text = { valueSerde: Serdes.string() };
    await assert.rejects(
      other.pipeInput('users', { key: 'a', value: 'b' }, text),
      /8 bytes, not 1: check keySerde of users$/,
    );
    const moving = await TopologyTestDriver.create(builder.build());
    await assert.rejects(
      moving.pipeInput('texts', { key: 'a', value: 'b' }),
      /given the number 5: check keySerde of n-repartition-sink$/,
    );
  });

  it('says of a value that is no JSON which serde to set', async () => {
    const builder = new StreamsBuilder();
    builder.stream('users', { name: 'users' }).to('out');
    driver = await TopologyTestDriver.create(builder.build());
    const text = { valueSerde: Serdes.string() };
    await assert.rejects(
      driver.pipeInput('users', { key: 'a', value: 'no JSON' }, text),
      /^StreamsError: deserialization failed at users for users-0@0: .* is not valid JSON: check valueSerde of users$/,
    );
  });
});
