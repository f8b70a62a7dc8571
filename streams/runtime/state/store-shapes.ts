import { AuditTable } from '../../audit/audit-table.js';
import { ownValue } from '../../audit/by-name.js';
import type { Checkpoint, KeptShape } from '../../audit/checkpoint.js';
import type { StoreSpec } from '../../dsl/processor/store-spec.js';
import type { Ports } from '../../kafka/ports.js';
import type { ConsumerRecord } from '../../kafka/record.js';
import { TopicReader } from '../../kafka/topic-reader.js';
import { StreamsError } from '../errors.js';
import type { TopologyPlan } from '../plan/task-plan.js';

const REMEDY =
  'it would be misread. Declare it as it was, or process the input from its beginning: under another application id, ' +
  'or after a reset of the application';

/** A store has another shape in the topology than in the state of the application. */
export class ChangedStoreError extends StreamsError {
  /** The stores and their shapes: the message without the remedy. */
  readonly change: string;

  constructor(change: string) {
    super(`${change}: ${REMEDY}`);
    this.name = 'ChangedStoreError';
    this.change = change;
  }
}

/**
 * Compares the stores with the shapes in which they were kept. Records of earlier versions have no shapes. A store that
 * is new or removed is no difference. Throws a ChangedStoreError.
 */
export function checkShapes(stores: readonly StoreSpec[], kept: Checkpoint['stores']): void {
  const changed = new Map<string, string[]>();
  for (const { name, kind } of stores) {
    const { shape } = kind;
    const before = ownValue(kept, name);
    if (before === undefined || isSame(before, shape)) continue;
    const change = `kept as ${describe(before)}, the topology has it as ${describe(shape)}`;
    changed.set(change, [...(changed.get(change) ?? []), name]);
  }
  if (changed.size === 0) return;
  const changes = [...changed].map(([change, names]) =>
    names.length === 1 ? `store ${names.join()} was ${change}` : `stores ${names.join(', ')} were ${change}`,
  );
  throw new ChangedStoreError(changes.join('; '));
}

/**
 * The committed checkpoints of all tasks of the application, by task id. They are compared with the topology before
 * the process joins the group: a process that can't continue the state must not take tasks from processes that can.
 */
export async function committedTasks(
  { auditTopic }: TopologyPlan,
  ports: Ports,
  clientId: string,
): Promise<ReadonlyMap<string, Checkpoint>> {
  const reader = await TopicReader.open(ports, clientId, [auditTopic]);
  const table = new AuditTable();
  try {
    while (!reader.caughtUp) for (const record of await reader.poll()) applyValid(table, record);
  } finally {
    await reader.close();
  }
  return table.tasks;
}

/** Checks the shapes of all stores of the application. */
export function checkApplicationShapes({ subTopologies }: TopologyPlan, tasks: ReadonlyMap<string, Checkpoint>): void {
  const stores = subTopologies.flatMap(subTopology => subTopology.stores.map(({ spec }) => spec));
  for (const task of tasks.values()) checkShapes(stores, task.stores);
}

/** Leaves out records that are not checkpoints. They are reported where the task is restored. */
function applyValid(table: AuditTable, record: ConsumerRecord): void {
  try {
    table.apply(record);
  } catch {
    // The table is unchanged.
  }
}

function isSame(a: KeptShape, b: KeptShape): boolean {
  return a.kind === b.kind && a.sizeMs === b.sizeMs && a.advanceMs === b.advanceMs && a.graceMs === b.graceMs;
}

function describe({ kind, sizeMs, advanceMs, graceMs }: KeptShape): string {
  const lengths = Object.entries({ size: sizeMs, advance: advanceMs, grace: graceMs });
  const known = lengths.flatMap(([name, ms]) => (ms === undefined ? [] : [`${name} ${ms} ms`]));
  return known.length === 0 ? kind : `${kind} (${known.join(', ')})`;
}
