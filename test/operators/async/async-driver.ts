import { type AsyncOptions, type KStream, Serdes, StreamsBuilder } from '../../../streams/index.js';
import { TopologyTestDriver, type TopologyTestDriverOptions } from '../../../streams/testing/index.js';
import { Remote } from './remote.js';

/** What comes between the topics `in` and `out`. */
export type Declare = (input: KStream<string | null, string>) => KStream<string | null, unknown>;

/** A test driver, and a remote service that its topology calls. */
export class AsyncDriver {
  readonly remote = new Remote();
  #driver: TopologyTestDriver | undefined;

  /** Throws before `create`. */
  get driver(): TopologyTestDriver {
    if (this.#driver === undefined) throw new Error('the driver was not created');
    return this.#driver;
  }

  /** It commits only when the test says so. */
  async create(declare: Declare, options: TopologyTestDriverOptions = {}): Promise<void> {
    const builder = new StreamsBuilder();
    declare(builder.stream<string, string>('in', { dropNullValues: true })).to('out', { valueSerde: Serdes.json() });
    this.#driver = await TopologyTestDriver.create(builder.build(), { autoCommit: false, ...options });
  }

  asking(options: AsyncOptions = {}): Declare {
    return input => input.mapValuesAsync(this.remote.ask, options);
  }

  /** The key is the first letter of the value, the timestamp its number. */
  produce(...values: readonly string[]): void {
    this.driver.produce(
      'in',
      values.map(value => ({ key: value.slice(0, 1), value, timestamp: Number(value.slice(1)) })),
    );
  }

  async steps(times = 6): Promise<void> {
    for (let n = 0; n < times; n++) await this.driver.step();
  }

  output(): unknown[] {
    return this.driver.readOutput('out').map(({ value }) => value);
  }

  /** Answers everything, commits, and returns the output. */
  async committed(): Promise<unknown[]> {
    await this.remote.answering(this.driver.commit());
    return this.output();
  }

  /** Calls that never settle would hold up the last commit. */
  async close(): Promise<void> {
    if (this.#driver !== undefined) await this.remote.answering(this.#driver.close());
  }
}
