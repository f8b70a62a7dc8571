import {
  JoinWindows,
  type KGroupedStream,
  type KStream,
  type KTable,
  SessionWindows,
  StreamsBuilder,
  TimeWindows,
  type Topology,
  type Windowed,
} from '../../streams/index.js';

/** What the input of these topologies is. */
export interface Entry {
  readonly side: 'left' | 'right';
  readonly group: string | null;
  readonly n: number;
}

/** The input, by its sides too. */
export interface Sources {
  readonly all: KStream<string, Entry>;
  readonly left: KStream<string, Entry>;
  readonly right: KStream<string, Entry>;
  readonly grouped: KGroupedStream<string, Entry>;
}

/** Declares what makes the topic `out`. */
export type Declare = (sources: Sources) => KStream<string, unknown>;

export const join = (left: Entry | null, right: Entry | null): string => `${left?.n ?? '-'}/${right?.n ?? '-'}`;
export const sum = (_key: string, { n }: Entry, total: number): number => total + n;
export const zero = (): number => 0;

export const WITHIN = JoinWindows.of({ timeDifference: 5, grace: 10 });
export const SESSIONS = SessionWindows.of({ gap: 5, grace: 10 });
export const TUMBLING = TimeWindows.of({ size: 10, grace: 5 });

export function named<V>(table: KTable<Windowed<string>, V>): KStream<string, unknown> {
  return table.toStream(({ key, window: { start, end } }) => `${key}@${start}-${end}`);
}

/** With `rekeyed` the records move to the partition of their group before the operator. */
export function topologyOf(declare: Declare, { rekeyed = false } = {}): Topology {
  const builder = new StreamsBuilder();
  const source = builder.stream<string, Entry>('in', { dropNullKeys: true, dropNullValues: true });
  const all = rekeyed ? source.selectKey((_key, { group }) => group ?? 'none').repartition({ name: 'moved' }) : source;
  declare({
    all,
    left: all.filter((_key, { side }) => side === 'left'),
    right: all.filter((_key, { side }) => side === 'right'),
    grouped: all.groupByKey(),
  }).to('out');
  return builder.build();
}
