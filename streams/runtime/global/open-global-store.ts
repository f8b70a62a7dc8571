import { StateAccessError } from '../../../stores/bytes/state-access-error.js';
import { TaskState } from '../../../stores/bytes/task-state.js';
import { UnreadableStateError } from '../../../stores/bytes/unreadable-state-error.js';
import type { Logger } from '../../kafka/logger.js';
import { type Clock, type Consumer, KafkaClientError, type PartitionOffsets } from '../../kafka/ports.js';
import { partitionId, type TopicPartition } from '../../kafka/record.js';
import { PartitionsChangedError } from '../plan/partition-changes.js';
import type { PlannedGlobalStore } from '../plan/task-plan.js';
import type { StateDirectory } from '../state/state-directory.js';
import { type GlobalCheckpoint, type GlobalOrigin, unusableCheckpoint } from './global-checkpoint.js';
import type { GlobalErrors } from './global-errors.js';
import { CHECKPOINT_KEY, CHECKPOINT_STORE, GlobalStore } from './global-store.js';

/** Memory of a store for rows that were read from disk. */
const CLEAN_CACHE_BYTES = 16_000_000;

/** The codes of brokers and of librdkafka for a topic or a partition that does not exist. */
const NO_PARTITION: ReadonlySet<number> = new Set([3, -188, -190]);

export interface OpenOptions {
  readonly directory: StateDirectory;
  readonly consumer: Consumer;
  readonly errors: GlobalErrors;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Opens a global store with what it has on disk. What can't be continued is deleted, and read from the beginning of the
 * topic: state that is damaged or of another format, of another topic, or outside the offsets of the topic.
 */
export async function openGlobalStore(planned: PlannedGlobalStore, options: OpenOptions): Promise<GlobalStore> {
  const { clock, consumer, errors } = options;
  // The clock is read first: the ends that are requested next cover everything written by then.
  const begunAt = clock.now();
  const origin = await originOf(planned, consumer);
  const opened = await openDirectory(planned, options);
  const { kept } = opened;
  const reason = kept === undefined ? undefined : unusableCheckpoint(kept, origin, begunAt);
  if (reason === undefined)
    return new GlobalStore({ planned, ...opened, origin, begunAt, errors, now: () => clock.now() });
  await opened.state.close();
  const rebuilt = await rebuild(planned, reason, options);
  return new GlobalStore({ planned, ...rebuilt, origin, begunAt, errors, now: () => clock.now() });
}

async function originOf({ node, partitions }: PlannedGlobalStore, consumer: Consumer): Promise<GlobalOrigin> {
  const { topic, store } = node;
  const topicId = await consumer.topicId(topic);
  const ranges = await Promise.all(
    Array.from({ length: partitions }, (_, partition) => offsetsOf({ topic, partition }, consumer)),
  );
  return { topic, topicId, shape: store.kind.shape, ranges };
}

/** Throws a PartitionsChangedError if the topic has no such partition, as if it was created again. */
async function offsetsOf(partition: TopicPartition, consumer: Consumer): Promise<PartitionOffsets> {
  try {
    return await consumer.partitionOffsets(partition);
  } catch (error) {
    if (!(error instanceof KafkaClientError && NO_PARTITION.has(error.code))) throw error;
    throw new PartitionsChangedError(`there is no partition ${partitionId(partition)}: ${error.message}`);
  }
}

interface OpenState {
  readonly state: TaskState;
  readonly kept: GlobalCheckpoint | undefined;
}

async function openDirectory(planned: PlannedGlobalStore, options: OpenOptions): Promise<OpenState> {
  try {
    return await openState(planned, options);
  } catch (error) {
    if (error instanceof UnreadableStateError) return await rebuild(planned, error.message, options);
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    const where = `global store ${planned.node.store.name} in ${options.directory.location}`;
    throw new StateAccessError(`${where} can't be opened: ${reason}`, { cause: error });
  }
}

/** Deletes closed state that can't be continued. */
async function rebuild(planned: PlannedGlobalStore, reason: string, options: OpenOptions): Promise<OpenState> {
  const { store, topic } = planned.node;
  options.logger.warn(`global store ${store.name} is rebuilt from ${topic}: ${reason}`);
  await options.directory.wipe(directoryOf(planned));
  return await openState(planned, options);
}

async function openState(planned: PlannedGlobalStore, { directory, clock }: OpenOptions): Promise<OpenState> {
  const name = directoryOf(planned);
  const { store } = planned.node;
  // The checkpoint says how far the store has read its topic. So it is where the rows are.
  const names = [store.name, CHECKPOINT_STORE];
  const state = await TaskState.open(directory.level(name), names, {
    now: clock.now(),
    cleanCacheBytes: CLEAN_CACHE_BYTES,
    discard: () => directory.wipe(name),
    inMemory: store.inMemory ? names : [],
  });
  try {
    const kept = state.store(CHECKPOINT_STORE).get(CHECKPOINT_KEY);
    return { state, kept: kept === null ? undefined : (JSON.parse(kept.toString()) as GlobalCheckpoint) };
  } catch (error) {
    await state.close();
    throw error;
  }
}

/** No task has an id that begins in this way. */
function directoryOf({ node }: PlannedGlobalStore): string {
  return `global-${node.store.name}`;
}
