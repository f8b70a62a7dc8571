import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { auditTopicOf } from '../../streams/kafka/internal-topic-names.js';
import { Clocks } from './clocks.js';
import type { Check } from './harmed-application.js';
import type { Member } from './member.js';
import { Members } from './members.js';
import { StateDisk } from './state-disk.js';

const USERS = ['topology', 'main.js'];
const RUNNING_WITHIN_MS = 60_000;
/** A transaction that nobody ends holds up its readers for a minute. */
const SETTLED_WITHIN_MS = 180_000;
const CHECK_EVERY_MS = 50;

export interface DeploymentOptions {
  /** Part of the name of its directory. */
  readonly name: string;
  /** The brokers of each process in turn. */
  readonly addresses: readonly string[];
  /** The state is to be on a disk that can be filled. */
  readonly fillable?: boolean;
  /** What each process runs, below `dist`. Default: the users topology. */
  readonly program?: readonly string[];
  /** Of all processes. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface Verdict {
  /** When all was out, milliseconds since the epoch. */
  readonly settledAt: number;
  /** Nothing if all is right. */
  readonly differences: readonly string[];
}

/** One application, new to its cluster: its processes, and the directory that has their logs and their state. */
export class Deployment {
  readonly directory: string;
  /** Another one for each: the offsets of a group outlive its topics for a while. */
  readonly applicationId: string;
  readonly members: Members;
  readonly disk: StateDisk;
  readonly clocks: Clocks;
  #closed = false;

  private constructor(
    { addresses, environment, program = USERS }: DeploymentOptions,
    directory: string,
    disk: StateDisk,
  ) {
    this.directory = directory;
    this.disk = disk;
    this.clocks = new Clocks(directory);
    this.applicationId = `chaos-${path.basename(directory)}`;
    this.members = new Members(
      addresses.map((brokers, number) => ({
        name: `m${number}`,
        directory,
        program,
        environment: {
          KAFKA_BROKERS: brokers,
          APPLICATION_ID: this.applicationId,
          STATE_DIR: disk.state,
          HTTP_PORT: '0',
          ...environment,
        },
        onIncident: (text: string): void => this.log(text),
      })),
    );
  }

  static async create(options: DeploymentOptions): Promise<Deployment> {
    const directory = await mkdtemp(path.join(tmpdir(), `tributary-chaos-${options.name}-`));
    const disk = await (options.fillable === true ? StateDisk.fillable(directory) : StateDisk.plain(directory));
    return new Deployment(options, directory, disk);
  }

  get auditTopic(): string {
    return auditTopicOf(this.applicationId);
  }

  /** Each as soon as the one before has its slot, so that the first one gets the lowest. Resolves when all of them run. */
  async start(members: readonly Member[]): Promise<void> {
    const deadline = Date.now() + RUNNING_WITHIN_MS;
    const until = async (condition: () => boolean): Promise<void> => {
      while (!condition()) {
        if (Date.now() > deadline) throw new Error(`not all of ${members.map(({ name }) => name)} run`);
        await delay(CHECK_EVERY_MS);
      }
    };
    for (const member of members) {
      await this.members.start(member);
      await until(() => member.log.location !== undefined);
    }
    await until(() => members.every(({ log }) => log.running));
  }

  /** Waits until all is out, or it takes too long, ends the processes, and compares what came out with what is right. */
  async judge(check: Check): Promise<Verdict> {
    const unsettled = await check.settled(SETTLED_WITHIN_MS);
    return {
      settledAt: Date.now(),
      differences: [
        ...(unsettled === undefined ? [] : [unsettled]),
        ...(await this.stop()),
        ...(await check.differences()),
        ...this.members.all.flatMap(({ overdue }) => overdue),
      ],
    };
  }

  /** SIGTERM to all. Resolves with what did not end well. */
  async stop(): Promise<readonly string[]> {
    const running = this.members.running;
    const statuses = await Promise.all(running.map(member => member.stop()));
    return running.flatMap(({ name }, index) =>
      statuses[index] === 0 ? [] : [`${name} ended with ${statuses[index] ?? 'an error before'} when asked by SIGTERM`],
    );
  }

  /** Why tasks were restored from the beginning. */
  get rebuilt(): readonly string[] {
    return this.members.all.flatMap(({ name, logs }) =>
      logs.flatMap(({ rebuilt }) => rebuilt.map(text => `${name}: ${text}`)),
    );
  }

  /** A line for people who look into its directory. */
  log(text: string): void {
    if (this.#closed) return;
    const line = `${new Date().toISOString()} ${text}\n`;
    void appendFile(path.join(this.directory, 'events.log'), line).catch(() => undefined);
  }

  /** Ends what still runs, by SIGKILL. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.members.close();
  }

  /** Leaves logs and state of one that is closed in its directory. */
  async keep(): Promise<void> {
    await this.disk.close({ keep: true });
  }

  /** Removes logs and state of one that is closed. */
  async remove(): Promise<void> {
    await this.disk.close({ keep: false });
    // The last lines may still be on their way.
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
