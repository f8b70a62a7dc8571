import type { Topology } from '../../streams/index.js';
import { TopologyTestDriver, type TopologyTestDriverOptions } from '../../streams/testing/index.js';
import { type Script, withScript } from './scripted-processor.js';
import { Gate } from './waiting-script.js';

/** A test driver whose scripted processor waits at a gate. */
export class GatedDriver {
  readonly gate = new Gate();
  #driver: TopologyTestDriver | undefined;

  /** Throws before `create`. */
  get driver(): TopologyTestDriver {
    if (this.#driver === undefined) throw new Error('the driver was not created');
    return this.#driver;
  }

  /** It commits only when the test says so. */
  async create(script: Script, options: TopologyTestDriverOptions = {}): Promise<void> {
    await this.run(withScript(script), { autoCommit: false, ...options });
  }

  async run(topology: Topology, options: TopologyTestDriverOptions = {}): Promise<void> {
    this.#driver = await TopologyTestDriver.create(topology, options);
  }

  produce(key: string, ...values: readonly unknown[]): void {
    this.driver.produce(
      'in',
      values.map(value => ({ key, value, timestamp: 0 })),
    );
  }

  output(): unknown[] {
    return this.driver.readOutput('out').map(({ value }) => value);
  }

  async steps(times = 5): Promise<void> {
    for (let n = 0; n < times; n++) await this.driver.step();
  }

  async close(): Promise<void> {
    await this.#driver?.close();
  }
}
