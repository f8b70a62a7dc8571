import {
  type KafkaStreams,
  type Serde,
  Serdes,
  StreamsBuilder,
  type StreamsOptions,
  type Topology,
} from '../../../streams/index.js';
import { NO_HEADERS } from '../../../streams/kafka/record.js';
import type { LogTransaction } from '../../../streams/testing/in-memory-log.js';
import { TestApplication } from '../test-application.js';

export const GLOBAL_TOPIC = 'names';
export const GLOBAL_STORE = 'names-table';

/** An application whose records get a name: that of their key in a global table. */
export class GlobalApplication extends TestApplication {
  /** Values of the global topic that were deserialized. */
  readonly read: string[] = [];

  override createTopics(): void {
    super.createTopics();
    this.cluster.createTopic(GLOBAL_TOPIC, 2);
  }

  /** A value `bad` can't be deserialized. */
  topology(): Topology {
    const text = Serdes.string();
    const valueSerde: Serde<string> = {
      ...text,
      deserialize: bytes => {
        const value = text.deserialize(bytes);
        if (value === 'bad') throw new RangeError('unreadable');
        this.read.push(value);
        return value;
      },
    };
    const builder = new StreamsBuilder();
    const names = builder.globalTable(GLOBAL_TOPIC, { valueSerde });
    builder
      .stream('in')
      .leftJoin(
        names,
        key => key,
        (value, name) => `${String(value)}:${name}`,
      )
      .to('out', { valueSerde: Serdes.string() });
    return builder.build();
  }

  name(key: string | null, value: string | null, partition = 0, transaction?: LogTransaction): void {
    const record = { key: key === null ? null : Buffer.from(key), value: value === null ? null : Buffer.from(value) };
    this.cluster.log(GLOBAL_TOPIC, partition).append({ ...record, timestamp: 0, headers: NO_HEADERS }, transaction);
  }

  /** Starts an application with the global table, and waits until it runs. */
  async running(options: Partial<StreamsOptions> = {}): Promise<KafkaStreams> {
    const streams = this.start(options, this.topology());
    await this.until(() => streams.state === 'RUNNING');
    return streams;
  }

  /** Waits until the table has a value for the key. */
  async untilNamed(streams: KafkaStreams, key: string, value: string | null): Promise<void> {
    await this.until(async () => (await streams.store(GLOBAL_STORE, 'keyValue').get(key)) === value);
  }

  async untilProcessed(records: number): Promise<void> {
    await this.until(() => this.output().length === records);
  }
}
