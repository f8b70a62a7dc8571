import { Serdes, StreamsBuilder } from 'tributary';
import { TopologyTestDriver } from 'tributary/testing';

const builder = new StreamsBuilder();
builder
  .stream<string, string>('lines', { valueSerde: Serdes.string(), dropNullValues: true })
  .flatMapValues(line => line.split(' '))
  .groupBy((_line, word) => word)
  .count({ as: 'words' })
  .toStream()
  .to('word-count');

const driver = await TopologyTestDriver.create(builder.build(), { partitions: 2 });
const lines = [
  { key: 'a', value: 'to be or' },
  { key: 'b', value: 'not to be' },
];
await driver.pipeInput('lines', lines, { valueSerde: Serdes.string() });
const counts = new Map(driver.readOutput<string, number>('word-count').map(({ key, value }) => [key, value]));
await driver.close();
process.stdout.write(JSON.stringify(Object.fromEntries([...counts].sort())));
