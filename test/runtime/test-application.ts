import { setImmediate as immediate } from 'node:timers/promises';
import {
  KafkaStreams,
  type KafkaStreamsDependencies,
  Serdes,
  StreamsBuilder,
  type StreamsOptions,
  type StreamsState,
  type Topology,
} from '../../streams/index.js';
import type { Clock } from '../../streams/kafka/ports.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { InMemoryCluster } from '../../streams/testing/in-memory-cluster.js';
import { MemoryStateDirectory } from '../../streams/testing/memory-state-directory.js';

const PATIENCE_MS = 10_000;

/** An application that counts the records of `in` by key, on a cluster in memory; its negative values can't be processed. */
export class TestApplication {
  readonly states: StreamsState[] = [];
  readonly warnings: string[] = [];
  /** Time may be let pass, and the wall clock be set. */
  readonly clock: Clock & { aheadMs: number; stepMs: number } = {
    aheadMs: 0,
    stepMs: 0,
    now() {
      return Date.now() + this.aheadMs + this.stepMs;
    },
    monotonic() {
      return performance.now() + this.aheadMs;
    },
  };
  cluster = new InMemoryCluster(this.clock);
  directory = new MemoryStateDirectory();
  releases = 0;
  readonly #made: KafkaStreams[] = [];

  createTopics(): void {
    this.cluster.createTopic('in', 2);
    this.cluster.createTopic('out', 2);
    this.cluster.createTopic('rejected', 1);
  }

  /** Not started. */
  create(
    options: Partial<StreamsOptions> = {},
    dependencies: Partial<KafkaStreamsDependencies> = {},
    topology: Topology = countingTopology(),
  ): KafkaStreams {
    const warn = (message: string): void => void this.warnings.push(message);
    const { directory } = this;
    directory.release = async () => void this.releases++;
    const streams = new KafkaStreams(
      topology,
      { applicationId: 'app', commitInterval: 5, ...options },
      {
        ports: this.cluster.ports,
        logger: { debug() {}, info() {}, warn, error: warn },
        takeDirectory: async () => directory,
        onStateChange: state => this.states.push(state),
        ...dependencies,
      },
    );
    this.#made.push(streams);
    return streams;
  }

  start(options: Partial<StreamsOptions> = {}, topology?: Topology): KafkaStreams {
    const streams = this.create(options, {}, topology);
    streams.start();
    return streams;
  }

  send(value: number, partition = 0, timestamp = 0): void {
    const log = this.cluster.log('in', partition);
    const record = { key: Buffer.from('key'), value: Buffer.from(String(value)), timestamp, headers: NO_HEADERS };
    log.append(record, undefined);
  }

  /** Committed values of a topic, as text. */
  output(topic = 'out'): string[] {
    return this.cluster.logs(topic).flatMap(log => log.committed.map(({ value }) => value?.toString() ?? ''));
  }

  /** Committed records of a topic, as `key value`, sorted. */
  rows(topic = 'out'): string[] {
    return this.cluster
      .logs(topic)
      .flatMap(log => log.committed.map(({ key, value }) => `${key?.toString()} ${value?.toString()}`))
      .sort();
  }

  /** Waits until the group has committed so many records of the first partition of a topic. */
  async untilCommitted(records: number, topic = 'in'): Promise<void> {
    await this.until(() => this.cluster.committedOffset(topic, 0) === records);
  }

  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    while (!(await condition())) {
      if (Date.now() > giveUpAt) throw new Error(`still not so: ${condition}; ${this.warnings.join('; ')}`);
      await immediate();
    }
  }

  /** Closes whatever was made, in whatever state it is. */
  async close(): Promise<void> {
    for (const streams of this.#made) await streams.close().catch(() => {});
  }
}

function countingTopology(): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream<string, number>('in', { dropNullValues: true })
    .mapValues(refuseNegative)
    .groupByKey()
    .count({ as: 'counts' })
    .toStream()
    .to('out', { valueSerde: Serdes.json<number | null>() });
  return builder.build();
}

function refuseNegative(value: number): number {
  if (value < 0) throw new RangeError('negative');
  return value;
}
