import { MemoryLevel } from 'memory-level';
import type { Level } from '../../stores/bytes/state-database.js';
import type { ApplicationIdentity } from '../runtime/state/application-identity.js';
import {
  type GroupMember,
  groupInstanceId,
  memberWith,
  resubscribed,
  resubscribing,
} from '../runtime/state/group-member.js';
import type { StateDirectory } from '../runtime/state/state-directory.js';

/** State in memory that survives the worker, as a disk does. */
export class MemoryStateDirectory implements StateDirectory {
  readonly instanceId: string;
  readonly location = 'memory';
  #application: ApplicationIdentity | undefined;
  #member: GroupMember | undefined;
  readonly #levels = new Map<string, MemoryLevel<string, Buffer>>();

  constructor(instanceId = 'test') {
    this.instanceId = instanceId;
  }

  get application(): ApplicationIdentity | undefined {
    return this.#application;
  }

  async adopt(application: ApplicationIdentity): Promise<void> {
    if (this.#application !== undefined && this.#application.id !== application.id) this.#levels.clear();
    this.#application = application;
  }

  async memberId(topics: readonly string[]): Promise<string> {
    this.#member = memberWith(topics, this.#member);
    return groupInstanceId(this.instanceId, this.#member);
  }

  async resubscribing(): Promise<void> {
    if (this.#member !== undefined) this.#member = resubscribing(this.#member);
  }

  async resubscribed(topics: readonly string[]): Promise<void> {
    if (this.#member !== undefined) this.#member = resubscribed(topics, this.#member);
  }

  level(task: string): Level {
    const level =
      this.#levels.get(task) ?? new MemoryLevel<string, Buffer>({ valueEncoding: 'buffer', storeEncoding: 'buffer' });
    this.#levels.set(task, level);
    return level;
  }

  async wipe(task: string): Promise<void> {
    this.#levels.delete(task);
  }

  async release(): Promise<void> {}
}
