import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ConsumerRecord } from '../../streams/index.js';
import { auditTopicOf } from '../../streams/kafka/internal-topic-names.js';
import { readAll } from '../broker/read-all.js';
import { type RunningCommand, runCommand } from '../topology/command.js';
import { deleteUsersTopics, refuseUsersTopics } from './users-topics.js';

/** The tasks of a process that has ended go to others after six seconds. Of the classic protocol: the newer one has it at the broker. */
export const SHORT_SESSION: Readonly<Record<string, string>> = {
  KAFKA_CONFIG_SESSION_TIMEOUT_MS: '6000',
  KAFKA_CONFIG_HEARTBEAT_INTERVAL_MS: '1500',
};

export interface UsersDeploymentOptions {
  /** Of the broker, as KAFKA_BROKERS. */
  readonly brokers: string;
  /** The application id begins with it. */
  readonly name: string;
  /** Of all processes. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A process of the topology that serves HTTP. */
export interface ServingProcess {
  readonly command: RunningCommand;
  /** Where it serves. */
  readonly at: string;
}

/** The users application on a broker, for one test or some that go together: its processes, their state, and its topics. */
export class UsersDeployment {
  readonly brokers: string;
  /** Another one for each: the offsets of a group outlive its topics for a while. */
  readonly applicationId: string;
  readonly stateDir: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #running = new Set<RunningCommand>();

  private constructor({ brokers, environment }: UsersDeploymentOptions, stateDir: string) {
    this.brokers = brokers;
    this.applicationId = path.basename(stateDir);
    this.stateDir = stateDir;
    this.#environment = environment;
  }

  /** Rejects if the cluster has topics of the application: `close` would delete them. */
  static async create(options: UsersDeploymentOptions): Promise<UsersDeployment> {
    await refuseUsersTopics(options.brokers);
    return new UsersDeployment(options, await mkdtemp(path.join(tmpdir(), `tributary-${options.name}-`)));
  }

  /** Runs `dist/<program>.js` with the settings of the application. */
  run(
    program: string,
    args: readonly string[] = [],
    environment: Readonly<Record<string, string>> = {},
  ): RunningCommand {
    const command = runCommand(program, args, {
      KAFKA_BROKERS: this.brokers,
      APPLICATION_ID: this.applicationId,
      STATE_DIR: this.stateDir,
      ...this.#environment,
      ...environment,
    });
    this.#running.add(command);
    return command;
  }

  /** A process of the topology; it may be on its way up. */
  start(environment: Readonly<Record<string, string>> = {}): RunningCommand {
    return this.run('topology/main', [], environment);
  }

  /** The same, when it serves HTTP: HTTP_PORT is in the environment. */
  async startServing(): Promise<ServingProcess> {
    const command = this.start();
    const [, port] = await command.seen(/http on 127\.0\.0\.1 port (\d+)/);
    return { command, at: `http://127.0.0.1:${port}` };
  }

  /** Resolves with the exit code, or the signal that ended it. */
  async end(command: RunningCommand, signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    command.child.kill(signal);
    const status = await command.ended;
    this.#running.delete(command);
    return status;
  }

  /** What readers of `topic` see, committed. */
  records(topic: string): Promise<readonly ConsumerRecord[]> {
    return readAll(this.brokers, topic);
  }

  audit(): Promise<readonly ConsumerRecord[]> {
    return this.records(auditTopicOf(this.applicationId));
  }

  /** How many users are clean. */
  async cleaned(): Promise<number> {
    return (await this.records('user-cleaned')).length;
  }

  /** Kills what runs, and deletes its state and its topics. */
  async close(): Promise<void> {
    for (const command of [...this.#running]) await this.end(command, 'SIGKILL');
    await rm(this.stateDir, { recursive: true, force: true });
    await deleteUsersTopics(this.brokers, this.applicationId);
  }
}
