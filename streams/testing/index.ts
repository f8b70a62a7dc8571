/** `TopologyTestDriver`: runs a topology in memory, without a cluster. */

export type { InputRecord } from './driver-input.js';
export type { TopologyTestDriverOptions } from './driver-options.js';
export type { TestRecord } from './driver-output.js';
export type { TopicSerdes } from './driver-topics.js';
export type { StoreEntry } from './store-entries.js';
export { TopologyTestDriver } from './topology-test-driver.js';
