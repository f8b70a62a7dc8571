import { Serdes, StreamsBuilder } from 'tributary';
import { operators } from 'tributary/pipe';
import { TopologyTestDriver } from 'tributary/testing';

const builder = new StreamsBuilder();
builder
  .stream<string, string>('lines', { valueSerde: Serdes.string(), dropNullValues: true })
  .pipe(operators(records => records.map(({ key, value }) => ({ key, value: value.length })).filter(r => r.value > 2)))
  .to('lengths');

const driver = await TopologyTestDriver.create(builder.build());
const lines = [
  { key: 'a', value: 'to' },
  { key: 'b', value: 'not' },
];
await driver.pipeInput('lines', lines, { valueSerde: Serdes.string() });
const lengths = driver.readOutput<string, number>('lengths').map(({ key, value }) => [key, value]);
await driver.close();
process.stdout.write(JSON.stringify(lengths));
