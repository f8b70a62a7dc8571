import type { Ports } from '../kafka/ports.js';
import type { TopologyPlan } from '../runtime/plan/task-plan.js';
import type { StateDirectory } from '../runtime/state/state-directory.js';
import { noMetrics } from '../runtime/status/streams-metrics.js';
import type { StreamsConfig } from '../runtime/streams-config.js';
import { Worker } from '../runtime/worker/worker.js';

const LOGGER = { debug() {}, info() {}, warn() {}, error() {} };

/** A worker of the test driver, without an audience. */
export function driverWorker(
  config: StreamsConfig,
  plan: TopologyPlan,
  ports: Ports,
  directory: StateDirectory,
): Worker {
  return new Worker(
    {
      config,
      ports,
      directory,
      memberId: directory.instanceId,
      logger: LOGGER,
      metrics: noMetrics,
      auditTable: () => undefined,
      silentInstances: () => [],
      onRestore() {},
      onAssignment() {},
    },
    plan,
  );
}
