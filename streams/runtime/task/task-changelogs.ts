import type { TaskState } from '../../../stores/bytes/task-state.js';
import { type ChangelogCodec, rowRecords } from '../../../stores/encoding/changelog-codec.js';
import { MAX_RECORD_BYTES, NO_HEADERS } from '../../kafka/record.js';
import type { RecordCollector } from '../output/record-collector.js';
import type { PlannedSubTopology } from '../plan/task-plan.js';
import { CHECKPOINT_STORE } from './task-checkpoint.js';

export interface TaskChangelogsOptions {
  readonly stores: PlannedSubTopology['stores'];
  readonly partition: number;
  readonly state: TaskState;
  readonly collector: RecordCollector;
  readonly auditTopic: string;
}

/** The changelogs of the stores of a task. The audit topic is that of its checkpoint. */
export class TaskChangelogs {
  readonly #options: TaskChangelogsOptions;

  /**
   * A row that a changelog can't take fails where it is written, as an error of its record. In a commit it would stop
   * the task.
   */
  constructor(options: TaskChangelogsOptions) {
    this.#options = options;
    for (const { spec, changelog } of options.stores) {
      if (changelog === undefined) continue;
      options.state.store(spec.name).limitEntries(MAX_RECORD_BYTES - spec.kind.changelog.overheadBytes);
    }
  }

  get count(): number {
    return this.#options.stores.filter(({ changelog }) => changelog !== undefined).length + 1;
  }

  /** Stages all writes since the last commit, and sends them. */
  send(now: number): void {
    const { stores, state, auditTopic } = this.#options;
    for (const { spec, changelog } of stores) {
      if (changelog === undefined) state.store(spec.name).stage();
      else this.#send(spec.name, changelog, spec.kind.changelog, now);
    }
    this.#send(CHECKPOINT_STORE, auditTopic, rowRecords, now);
  }

  #send(store: string, changelog: string, codec: ChangelogCodec, now: number): void {
    const { state, collector, partition } = this.#options;
    codec.encode(state.store(store).stage(), (key, value) => {
      collector.send(changelog, partition, key, value, now, NO_HEADERS);
    });
  }
}
