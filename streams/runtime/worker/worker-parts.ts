import type { AuditTable } from '../../audit/audit-table.js';
import type { Logger } from '../../kafka/logger.js';
import type { Ports } from '../../kafka/ports.js';
import { Aborts } from '../commit/aborts.js';
import { CommitSequence } from '../commit/commit-sequence.js';
import { AtLeastOnceCommitter, type Committer, TransactionalCommitter } from '../commit/committer.js';
import { GlobalErrors } from '../global/global-errors.js';
import { GlobalStores } from '../global/global-stores.js';
import { RecordCollector } from '../output/record-collector.js';
import { Refusals } from '../output/refusals.js';
import type { TopologyPlan } from '../plan/task-plan.js';
import { ChangelogEnds } from '../restore/changelog-ends.js';
import { ChangelogOffsets } from '../restore/changelog-offsets.js';
import { ChangelogReader, type RestoreProgress } from '../restore/changelog-reader.js';
import { StandbyTasks } from '../standby/standby-tasks.js';
import type { StateDirectory } from '../state/state-directory.js';
import type { StreamsMetrics } from '../status/streams-metrics.js';
import type { StreamsConfig } from '../streams-config.js';
import { TaskCreator } from '../task/task-creator.js';
import { AssignedTasks } from './assigned-tasks.js';
import { IdleCheck } from './idle-check.js';
import { InputReader } from './input-reader.js';
import { InstanceAnnouncer } from './instance-announcer.js';
import { RestoringTasks } from './restoring-tasks.js';
import { runnableTasks } from './runnable-tasks.js';
import { StartingOffsets } from './starting-offsets.js';
import { globalConsumer, WorkerClients } from './worker-clients.js';
import { type Assignment, WorkerGroup } from './worker-group.js';

export interface WorkerOptions {
  readonly config: StreamsConfig;
  readonly ports: Ports;
  readonly directory: StateDirectory;
  /** The `group.instance.id`. */
  readonly memberId: string;
  readonly logger: Logger;
  readonly metrics: StreamsMetrics;
  /** The announcements of the application's instances. undefined until they are known. Used if there are standbys. */
  readonly auditTable: () => AuditTable | undefined;
  /** Instances that died and left their announcements, as far as is known. */
  readonly silentInstances: () => readonly string[];
  readonly onRestore: (progress: RestoreProgress) => void;
  readonly onAssignment: (assignment: Assignment) => void;
}

/** What the loop of a worker drives. */
export interface WorkerParts {
  readonly clients: WorkerClients;
  readonly committer: Committer;
  readonly commits: CommitSequence;
  readonly group: WorkerGroup;
  readonly assigned: AssignedTasks;
  readonly globals: GlobalStores;
  readonly restoring: RestoringTasks;
  readonly standbys: StandbyTasks;
  readonly changelogs: ChangelogReader;
  readonly offsets: ChangelogOffsets;
  readonly idle: IdleCheck;
  readonly announcer: InstanceAnnouncer;
  readonly input: InputReader;
}

/** Makes the parts of a worker, and connects them with each other. */
export function assembleWorker(options: WorkerOptions, plan: TopologyPlan): WorkerParts {
  const { config, ports, directory, logger, metrics, auditTable } = options;
  const { clock } = ports;
  const clients = new WorkerClients(ports, config, directory.instanceId, options.memberId);
  const { consumer, restoreConsumer, producer } = clients;
  const refusals = new Refusals(clock);
  const collector = new RecordCollector(producer, refusals, clock);
  const sending = { producer, consumer, collector };
  const committer =
    config.processingGuarantee === 'exactly_once_v2'
      ? new TransactionalCommitter(sending)
      : new AtLeastOnceCommitter(sending);

  const globals = new GlobalStores({
    planned: plan.globalStores,
    consumer: () => globalConsumer(ports, config, directory.instanceId),
    directory,
    errors: new GlobalErrors(
      {
        deserialization: config.deserializationExceptionHandler,
        processing: config.processingExceptionHandlerGlobalEnabled ? config.processingExceptionHandler : undefined,
      },
      logger,
    ),
    clock,
    logger,
    onProgress: options.onRestore,
  });
  const creator = new TaskCreator({ plan, config, directory, collector, globalStores: globals, clock, logger });
  const ends = new ChangelogEnds(producer);
  const changelogs: ChangelogReader = new ChangelogReader({
    consumer: restoreConsumer,
    ends,
    clock,
    logger,
    onProgress: progress => {
      const { taskId, store, batch } = progress;
      if (batch > 0) metrics.restored(taskId, store, batch);
      restoring.progressed(progress);
      options.onRestore(progress);
    },
  });
  const { standbyReplicas: replicas } = config;
  const instance = directory.instanceId;
  const standbys = new StandbyTasks({
    plan,
    creator,
    changelogs,
    ends,
    auditTable,
    instance,
    replicas,
    clock,
    logger,
  });
  const restoring = new RestoringTasks(creator, changelogs, standbys);
  const starts = new StartingOffsets(consumer, committer, logger);
  const assigned = new AssignedTasks({ creator, restoring, starts, consumer, ends, logger });

  const announcer = new InstanceAnnouncer({
    identity: { instance, host: config.applicationServer ?? null },
    hasStandbys: replicas > 0,
    auditTopic: plan.auditTopic,
    collector,
    committer,
    clock,
    logger,
  });
  const hasBlocks = plan.subTopologies.some(({ reads }) => reads.some(({ packed }) => packed));
  const input = new InputReader(consumer, config.inputBufferMaxBytes, hasBlocks, logger);
  const idle = new IdleCheck(producer, clock, config.idleTimeoutMs);
  const offsets = new ChangelogOffsets(ends, clock);
  const commits = new CommitSequence({
    committer,
    aborts: new Aborts(refusals),
    producer,
    collector,
    offsets,
    tasks: () => assigned.running,
    config,
    clock,
    logger,
    metrics,
  });
  const group = new WorkerGroup({
    consumer,
    assigned,
    standbys,
    input,
    idle,
    committer,
    commits,
    offsets,
    announcer,
    clock,
    metrics,
    runnable: partitions => runnableTasks(plan, partitions, config.groupProtocol, logger),
    onAssignment: options.onAssignment,
  });
  return {
    clients,
    committer,
    commits,
    group,
    assigned,
    globals,
    restoring,
    standbys,
    changelogs,
    offsets,
    idle,
    announcer,
    input,
  };
}
