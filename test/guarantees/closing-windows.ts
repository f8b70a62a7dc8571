import { Serdes, StreamsBuilder, TimeWindows, type Topology } from '../../streams/index.js';

/** Counts the records of `in` in windows that close in silence too. Each count goes to `out` when its window closes. */
export function closingWindows(): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream('in')
    .groupByKey()
    .windowedBy(TimeWindows.of({ size: '10s', grace: 0, closeOnIdle: true }))
    .emitStrategy('onWindowClose')
    .count({ as: 'counts' })
    .toStream(() => 'key')
    .to('out', { keySerde: Serdes.string(), valueSerde: Serdes.json<number | null>() });
  return builder.build();
}
