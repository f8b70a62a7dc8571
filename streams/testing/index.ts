/** `TopologyTestDriver`: runs a topology in memory, without a cluster. */

export {
  type InputRecord,
  type StoreEntry,
  type TestRecord,
  TopologyTestDriver,
  type TopologyTestDriverOptions,
} from './topology-test-driver.js';
