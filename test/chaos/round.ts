import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../producer/generator/random.js';
import { readAll } from '../broker/read-all.js';
import { CONSUMER_SESSION_MS } from '../broker/server-properties.js';
import { tasksWithTime } from './audit-totals.js';
import { BELIEVED_AHEAD_MS } from './believed-ahead.js';
import { type Cluster, clearTopics } from './cluster.js';
import { Deployment } from './deployment.js';
import { Exclusive } from './exclusive.js';
import { DAMAGING, FAULTS } from './faults/faults.js';
import type { Scene } from './faults/scene.js';
import { type HarmedApplication, IDLE_MS } from './harmed-application.js';
import { Input } from './input.js';
import { OutputWatch } from './output-watch.js';
import type { RoundPlan } from './plan.js';
import type { Note, RoundResult } from './round-result.js';

const SESSION_TIMEOUT_MS = CONSUMER_SESSION_MS;
/** With the newer group protocol it is the broker's. */
const CLASSIC_SESSION: Readonly<Record<string, string>> = {
  KAFKA_CONFIG_SESSION_TIMEOUT_MS: String(SESSION_TIMEOUT_MS),
  KAFKA_CONFIG_HEARTBEAT_INTERVAL_MS: '1500',
};
const SOCKET_TIMEOUT_MS = 8000;
/**
 * Timestamps are ahead of the wall clock, and by more than any fault delays the sender. Otherwise, less the idle timeout, they would
 * be late, and rightly. Where silence has to close the windows that much has to be waited for.
 */
const LEAD_MS = { records: 600_000, silence: 45_000 } as const;
const FURTHEST_AHEAD_MS = 1_500_000;
/** No timestamp is too far ahead of a clock that is set back. */
const FURTHEST_BACK_MS = BELIEVED_AHEAD_MS - FURTHEST_AHEAD_MS - 60_000;

function environment({ groupProtocol, standbyReplicas }: RoundPlan): Readonly<Record<string, string>> {
  return {
    IDLE_TIMEOUT: `${IDLE_MS}ms`,
    GROUP_PROTOCOL: groupProtocol,
    STANDBY_REPLICAS: String(standbyReplicas),
    KAFKA_CONFIG_SOCKET_TIMEOUT_MS: String(SOCKET_TIMEOUT_MS),
    ...(groupProtocol === 'classic' ? CLASSIC_SESSION : {}),
  };
}

/** One round of a plan. `close` ends it early: its processes end, and `run` rejects. */
export class Round {
  readonly #cluster: Cluster;
  readonly #application: HarmedApplication;
  readonly #plan: RoundPlan;
  readonly #deployment: Deployment;
  readonly #network = new Exclusive();
  readonly #input: Input;
  readonly #notes: Note[] = [];
  readonly #wrongs: string[] = [];
  #sendStartedAt = 0;

  private constructor(cluster: Cluster, application: HarmedApplication, plan: RoundPlan, deployment: Deployment) {
    this.#cluster = cluster;
    this.#application = application;
    this.#plan = plan;
    this.#deployment = deployment;
    this.#input = new Input({
      brokers: cluster.broker.address,
      plan,
      content: application.content(plan.seed),
      leadMs: LEAD_MS[plan.ending],
      beforeEnd: () => application.beforeEnd({ brokers: cluster.broker.address, auditTopic: deployment.auditTopic }),
    });
  }

  static async create(cluster: Cluster, application: HarmedApplication, plan: RoundPlan): Promise<Round> {
    const { addresses } = cluster;
    const deployment = await Deployment.create({
      name: String(plan.seed),
      addresses,
      fillable: true,
      program: application.program,
      environment: { ...environment(plan), ...application.environment },
    });
    return new Round(cluster, application, plan, deployment);
  }

  /**
   * Resolves with what happened, and keeps its directory if that is wrong, or `keep` is set. What keeps the round from going on
   * counts as wrong.
   */
  async run(keep: boolean): Promise<RoundResult> {
    const { address } = this.#cluster.broker;
    const startedAt = Date.now();
    const watch = new OutputWatch(address, this.#application.watchedTopic, this.#application.partitions);
    let produced = 0;
    let settledMs = 0;
    let differences: readonly string[];
    try {
      await this.#play(watch);
      const sentAt = Date.now();
      const check = await this.#application.check({
        brokers: address,
        auditTopic: this.#deployment.auditTopic,
        believedUpTo: this.#deployment.clocks.now() + BELIEVED_AHEAD_MS,
      });
      produced = check.produced;
      const verdict = await this.#deployment.judge(check);
      settledMs = verdict.settledAt - sentAt;
      differences = [...verdict.differences, ...this.#wrongs, ...this.#wrongRebuilds()];
    } catch (error) {
      differences = [`the round could not go on: ${error instanceof Error ? error.stack : String(error)}`];
    } finally {
      await this.#deployment.close();
    }
    const gaps = await watch.stop();
    const kept = keep || differences.length > 0;
    const { all } = this.#deployment.members;
    const result = {
      plan: this.#plan,
      notes: this.#notes,
      produced,
      seconds: (Date.now() - startedAt) / 1000,
      settledMs,
      gaps,
      sendStartedAt: this.#sendStartedAt,
      // Read before they are removed.
      processes: all.map(({ name, logs }) => ({ name, logs })),
      ownEnds: all.flatMap(({ ownEnds }) => ownEnds),
      differences,
      directory: kept ? this.#deployment.directory : undefined,
    };
    await (kept ? this.#deployment.keep() : this.#deployment.remove());
    return result;
  }

  /** Until the last record is sent and the last fault is over. */
  async #play(watch: OutputWatch): Promise<void> {
    await clearTopics(this.#cluster);
    await this.#application.prepare(this.#cluster.broker.address);
    await this.#deployment.start(this.#deployment.members.all.slice(0, this.#plan.processes));
    await watch.start();
    this.#sendStartedAt = Date.now();
    // One that fails must not leave the others at work on the next round.
    const done = await Promise.allSettled([this.#send(), ...this.#plan.faults.map(fault => this.#fault(fault))]);
    for (const proxy of this.#cluster.proxies) proxy.disturb({ kind: 'free' });
    const failed = done.find(result => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** Ends its processes, and removes what it wrote. */
  async close(): Promise<void> {
    await this.#deployment.close();
    await this.#deployment.remove();
  }

  async #send(): Promise<void> {
    await this.#input.send();
    this.#note('all is sent');
  }

  async #fault({ kind, atMs, seed }: RoundPlan['faults'][number]): Promise<void> {
    const scene: Scene = {
      random: new Random(seed),
      members: this.#deployment.members,
      broker: this.#cluster.broker,
      proxies: this.#cluster.proxies,
      network: this.#network,
      directory: this.#deployment.directory,
      disk: this.#deployment.disk,
      clocks: this.#deployment.clocks,
      input: this.#input,
      application: this.#application,
      ending: this.#plan.ending,
      leadMs: LEAD_MS[this.#plan.ending],
      furthestAheadMs: FURTHEST_AHEAD_MS,
      furthestBackMs: FURTHEST_BACK_MS,
      silenceMs: { idle: IDLE_MS, toClose: this.#application.toCloseMs },
      everyTaskHasTime: () => this.#everyTaskHasTime(),
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      note: text => this.#note(text),
      wrong: text => this.#wrongs.push(text),
    };
    await delay(atMs);
    await FAULTS[kind](scene);
  }

  async #everyTaskHasTime(): Promise<boolean> {
    const { broker } = this.#cluster;
    return tasksWithTime(await readAll(broker.address, this.#deployment.auditTopic)) === this.#application.tasks;
  }

  #wrongRebuilds(): readonly string[] {
    if (this.#plan.faults.some(({ kind }) => DAMAGING.has(kind))) return [];
    return this.#deployment.rebuilt.map(text => `nothing was damaged, but ${text}`);
  }

  /** For the report. */
  #note(text: string): void {
    const atMs = Date.now() - this.#sendStartedAt;
    this.#notes.push({ atMs, text });
    this.#deployment.log(`${atMs} ms ${text}`);
  }
}
