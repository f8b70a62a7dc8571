import { Serdes, type Topology } from '../../streams/index.js';
import { partitionFor } from '../../streams/kafka/partitioner.js';
import type { ConsumerRecord } from '../../streams/kafka/record.js';
import { TopologyTestDriver, type TopologyTestDriverOptions } from '../../streams/testing/index.js';
import { LEFT, RIGHT } from '../runtime/waiting-script.js';
import { movingTopology } from './moving-topology.js';

export const TEXT = { keySerde: Serdes.string(), valueSerde: Serdes.string() };

/** The repartition topic of the driver. */
export const MOVED = 'test-moved-repartition';

/** The partition of a key in a topic that has two. */
export function partitionOf(key: string): number {
  return partitionFor(Buffer.from(key), 2);
}

/** Values whose key in the repartition topic is `to`. */
export function numbered(count: number, to = 'a'): string[] {
  return Array.from({ length: count }, (_, n) => `${to}:${n}`);
}

/** A test driver of a topology with a repartition, with two partitions. */
export class MovingDriver {
  #driver: TopologyTestDriver | undefined;

  /** Throws before `start`. */
  get driver(): TopologyTestDriver {
    if (this.#driver === undefined) throw new Error('the driver was not started');
    return this.#driver;
  }

  /** It commits only when the test says so. */
  async start(options: TopologyTestDriverOptions = {}, topology: Topology = movingTopology()): Promise<void> {
    this.#driver = await TopologyTestDriver.create(topology, { partitions: 2, autoCommit: false, ...options });
  }

  /** Sends each value to the partition that is not that of its key in the repartition topic. */
  produce(...values: readonly string[]): void {
    for (const value of values) {
      const to = partitionOf(value.split(':')[0] ?? '');
      const key = partitionOf(LEFT) === to ? RIGHT : LEFT;
      this.driver.produce('in', { key, value, timestamp: 1000 }, TEXT);
    }
  }

  async moveAndCommit(): Promise<void> {
    await this.driver.run();
    await this.driver.commit();
  }

  /** Committed values of `out` since the last call. */
  out(): unknown[] {
    return this.driver.readOutput('out', TEXT).map(({ value }) => value);
  }

  /** Committed records of the repartition topic since the last call. */
  moved(): ConsumerRecord[] {
    return this.driver.readRecords(MOVED);
  }

  async close(): Promise<void> {
    await this.#driver?.close();
  }
}
