import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../producer/generator/random.js';
import { readEach } from '../broker/read-all.js';
import { CONSUMER_SESSION_MS } from '../broker/server-properties.js';
import { deleteTopics, topicPartitions } from '../broker/topics.js';
import type { Cluster } from './cluster.js';
import { Exclusive } from './exclusive.js';
import { DAMAGING, FAULTS } from './faults/faults.js';
import type { Scene } from './faults/scene.js';
import { sendInput } from './input.js';
import { Members } from './members.js';
import { OutputWatch } from './output-watch.js';
import type { RoundPlan } from './plan.js';
import type { Note, RoundResult } from './round-result.js';
import { settled } from './settled.js';
import { Truth } from './truth.js';
import { verify } from './verify.js';

const PARTITIONS = 4;
const WINDOW_MS = 5000;
const GRACE_MS = 10_000;
const IDLE_MS = 10_000;
const DISORDER_MS = 5000;
const SESSION_TIMEOUT_MS = CONSUMER_SESSION_MS;
const CLASSIC_SESSION = {
  KAFKA_CONFIG_SESSION_TIMEOUT_MS: String(SESSION_TIMEOUT_MS),
  KAFKA_CONFIG_HEARTBEAT_INTERVAL_MS: '1500',
};
const SOCKET_TIMEOUT_MS = 8000;
/**
 * Timestamps are ahead of the wall clock, and by more than any fault delays the sender: behind it, less the idle timeout, they would
 * be late, and rightly. Where silence has to close the windows that much has to be waited for.
 */
const LEAD_MS = { records: 600_000, silence: 45_000 } as const;
const RUNNING_WITHIN_MS = 60_000;
/** A transaction that nobody ends holds up its readers for a minute. */
const SETTLED_WITHIN_MS = 180_000;
const CHECK_EVERY_MS = 100;

/** One round of a plan. `close` ends it early: its processes end, and `run` rejects. */
export class Round {
  readonly #cluster: Cluster;
  readonly #plan: RoundPlan;
  readonly #applicationId: string;
  readonly #directory: string;
  readonly #members: Members;
  readonly #notes: Note[] = [];
  #sendStartedAt = 0;
  /** What was still to come when waiting for it had gone on for too long. */
  #unsettled: string | undefined;
  #closed = false;

  private constructor(cluster: Cluster, plan: RoundPlan, directory: string) {
    this.#cluster = cluster;
    this.#plan = plan;
    this.#directory = directory;
    // Another one for each round: the offsets of a group outlive its topics for a while.
    this.#applicationId = `chaos-${path.basename(directory)}`;
    const onIncident = (text: string): void => this.#log(text);
    this.#members = new Members(
      cluster.addresses.map((brokers, number) => ({
        name: `m${number}`,
        directory,
        environment: this.#environment(brokers),
        onIncident,
      })),
    );
  }

  static async create(cluster: Cluster, plan: RoundPlan): Promise<Round> {
    return new Round(cluster, plan, await mkdtemp(path.join(tmpdir(), `tributary-chaos-${plan.seed}-`)));
  }

  /**
   * Resolves with what happened, and keeps its directory if that is wrong, or `keep` is set. What keeps the round from going on
   * counts as wrong.
   */
  async run(keep: boolean): Promise<RoundResult> {
    const startedAt = Date.now();
    const truth = new Truth(WINDOW_MS);
    const watch = new OutputWatch(this.#cluster.broker.address, 'user-cleaned', PARTITIONS);
    let settledMs = 0;
    let differences: readonly string[];
    try {
      settledMs = await this.#play(truth, watch);
      differences = await this.#judge(truth);
    } catch (error) {
      differences = [`the round could not go on: ${error instanceof Error ? error.stack : String(error)}`];
    } finally {
      await this.#members.close();
    }
    const gaps = await watch.stop();
    const kept = keep || differences.length > 0;
    if (!kept) await this.#remove();
    return {
      plan: this.#plan,
      notes: this.#notes,
      produced: truth.produced,
      seconds: (Date.now() - startedAt) / 1000,
      settledMs,
      gaps,
      sendStartedAt: this.#sendStartedAt,
      processes: this.#members.all.map(({ name, logs }) => ({ name, logs })),
      ownEnds: this.#members.all.flatMap(({ ownEnds }) => ownEnds),
      differences,
      directory: kept ? this.#directory : undefined,
    };
  }

  /** Until all is out, or it takes too long. Resolves with how long that took after the last record was sent. */
  async #play(truth: Truth, watch: OutputWatch): Promise<number> {
    const { address } = this.#cluster.broker;
    await this.#deleteTopics();
    await this.#startMembers();
    await watch.start();
    this.#sendStartedAt = Date.now();
    // One that fails must not leave the others at work on the next round.
    const done = await Promise.allSettled([this.#send(), ...this.#plan.faults.map(fault => this.#fault(fault))]);
    for (const proxy of this.#cluster.proxies) proxy.traffic = { kind: 'free' };
    const failed = done.find(result => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const sentAt = Date.now();
    await readEach(address, 'user', {}, record => truth.add(record));
    this.#unsettled = await settled(address, this.#auditTopic, truth, SETTLED_WITHIN_MS);
    return Date.now() - sentAt;
  }

  async #judge(truth: Truth): Promise<readonly string[]> {
    return [
      ...(this.#unsettled === undefined ? [] : [this.#unsettled]),
      ...(await this.#endInOrder()),
      ...(await verify(this.#cluster.broker.address, this.#auditTopic, truth)),
      ...this.#members.all.flatMap(({ overdue }) => overdue),
      ...this.#wrongRebuilds(),
    ];
  }

  /** Ends its processes, and removes what it wrote. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#members.close();
    await this.#remove();
  }

  async #remove(): Promise<void> {
    // The last notes may still be on their way.
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }

  get #auditTopic(): string {
    return `${this.#applicationId}-audit`;
  }

  #environment(brokers: string): Record<string, string> {
    return {
      KAFKA_BROKERS: brokers,
      APPLICATION_ID: this.#applicationId,
      STATE_DIR: path.join(this.#directory, 'state'),
      WINDOW_SIZE: `${WINDOW_MS}ms`,
      WINDOW_GRACE: `${GRACE_MS}ms`,
      IDLE_TIMEOUT: `${IDLE_MS}ms`,
      HTTP_PORT: '0',
      // With the other protocol it is the broker's.
      ...(process.env.GROUP_PROTOCOL === 'consumer' ? {} : CLASSIC_SESSION),
      KAFKA_CONFIG_SOCKET_TIMEOUT_MS: String(SOCKET_TIMEOUT_MS),
    };
  }

  /** Those of rounds before: the names are fixed. */
  async #deleteTopics(): Promise<void> {
    const { address } = this.#cluster.broker;
    const present = [...(await topicPartitions(address)).keys()];
    await deleteTopics(
      address,
      present.filter(topic => !topic.startsWith('__')),
    );
  }

  async #startMembers(): Promise<void> {
    const first = this.#members.all.slice(0, this.#plan.processes);
    await mkdir(path.join(this.#directory, 'state'));
    for (const member of first) await this.#members.start(member);
    const deadline = Date.now() + RUNNING_WITHIN_MS;
    while (!first.every(({ log }) => log.running)) {
      if (Date.now() > deadline) throw new Error(`not all of ${first.map(({ name }) => name)} run: ${this.#directory}`);
      await delay(CHECK_EVERY_MS);
    }
  }

  async #send(): Promise<void> {
    await sendInput({
      brokers: this.#cluster.broker.address,
      plan: this.#plan,
      partitions: PARTITIONS,
      leadMs: LEAD_MS[this.#plan.ending],
      disorderMs: DISORDER_MS,
    });
    this.#note('all is sent');
  }

  async #fault({ kind, atMs, seed }: RoundPlan['faults'][number]): Promise<void> {
    const scene: Scene = {
      random: new Random(seed),
      members: this.#members,
      broker: this.#cluster.broker,
      proxies: this.#cluster.proxies,
      network: this.#network,
      directory: this.#directory,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      note: text => this.#note(text),
    };
    await delay(atMs);
    await FAULTS[kind](scene);
  }

  readonly #network = new Exclusive();

  /** SIGTERM to all. What does not end well within ten seconds is wrong. */
  async #endInOrder(): Promise<readonly string[]> {
    const running = this.#members.running;
    const statuses = await Promise.all(running.map(member => member.stop()));
    return running.flatMap(({ name }, index) =>
      statuses[index] === 0 ? [] : [`${name} ended with ${statuses[index] ?? 'an error before'} when asked by SIGTERM`],
    );
  }

  #wrongRebuilds(): readonly string[] {
    if (this.#plan.faults.some(({ kind }) => DAMAGING.has(kind))) return [];
    return this.#members.all.flatMap(({ name, logs }) =>
      logs.flatMap(({ rebuilt }) => rebuilt.map(text => `${name}: nothing was damaged, but ${text}`)),
    );
  }

  /** For the report. */
  #note(text: string): void {
    this.#notes.push({ atMs: Date.now() - this.#sendStartedAt, text });
    this.#log(text);
  }

  #log(text: string): void {
    if (this.#closed) return;
    const line = `${new Date().toISOString()} ${Date.now() - this.#sendStartedAt} ms ${text}\n`;
    void appendFile(path.join(this.#directory, 'round.log'), line).catch(() => undefined);
  }
}
