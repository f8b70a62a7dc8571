import { Serdes, StreamsBuilder, type Topology } from '../../streams/index.js';
import { type Script, scripted } from '../runtime/scripted-processor.js';

const TEXT = { keySerde: Serdes.string(), valueSerde: Serdes.string() };

/**
 * From `in` through a repartition topic to `out`. The new key of a record is the part of its value before the colon.
 * The script is after the repartition.
 */
export function movingTopology(script?: Script): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream<string, string>('in', { ...TEXT, dropNullValues: true })
    .selectKey((_, value) => value.split(':')[0] ?? '')
    .repartition({ name: 'moved', ...TEXT })
    .peek(() => {}, { name: 'script' })
    .to('out', TEXT);
  return scripted(builder.build(), script === undefined ? {} : { script });
}
