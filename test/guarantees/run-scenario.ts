import { resumeOnError } from '../../streams/index.js';
import { partitionFor } from '../../streams/kafka/partitioner.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';
import { GRACE_MS, IDLE_MS, pipeline, SIZE_MS } from './pipeline.js';
import type { Action, Draft, Scenario } from './scenario.js';
import type { TimedVisit } from './truth.js';

const START = 1_000_000;

/** Runs a scenario to its end: everything that was produced is processed, and all time has passed that windows wait for. */
export class ScenarioRun {
  readonly input: TimedVisit[] = [];
  readonly driver: TopologyTestDriver;
  readonly #scenario: Scenario;
  readonly #partitionTime: number[];
  #now = START;

  private constructor(scenario: Scenario, driver: TopologyTestDriver) {
    this.#scenario = scenario;
    this.driver = driver;
    this.#partitionTime = new Array<number>(scenario.partitions).fill(START - 60_000);
  }

  static async create(scenario: Scenario): Promise<ScenarioRun> {
    const driver = await TopologyTestDriver.create(
      pipeline({ spread: scenario.spread, closeOnIdle: scenario.time === 'closeOnIdle' }),
      {
        partitions: scenario.partitions,
        startTime: START,
        applicationServer: 'here:1',
        autoCommit: false,
        idleTimeout: scenario.time === 'apart' ? '1d' : IDLE_MS,
        deadLetterTopic: 'rejected',
        processingExceptionHandler: resumeOnError,
        maxPollRecords: scenario.maxPollRecords,
        commitTurns: scenario.commitTurns,
        queueRecords: scenario.queueRecords,
        ...(scenario.commitsByTime ? { commitInterval: 100 } : {}),
        ...(scenario.caching ? {} : { cacheMaxBytes: 0 }),
      },
    );
    return new ScenarioRun(scenario, driver);
  }

  async play(): Promise<void> {
    this.#produceBacklog(this.#scenario.backlog);
    for (const action of this.#scenario.actions) await this.#do(action);
    await this.#finish();
  }

  async #do(action: Action): Promise<void> {
    const { driver } = this;
    switch (action.kind) {
      case 'produce':
        this.#produce(action.drafts);
        return;
      case 'step':
        for (let i = 0; i < action.times; i++) await driver.step();
        return;
      case 'run':
        await driver.run();
        return;
      case 'commit':
        await driver.commit();
        return;
      case 'tick':
        this.#tick(action.ms);
        await driver.step();
        return;
      case 'crash':
        await driver.crash(() => {
          this.#tick(action.downMs / 2);
          this.#produce(action.drafts);
          this.#tick(action.downMs / 2);
        });
        return;
      case 'crashAt':
        driver.crashAt(action.point);
        return;
      case 'failNextCommit':
        driver.failNextCommit(action.error);
        return;
      case 'rebalance':
        await driver.rebalance();
    }
  }

  /** What is still to come has come; then silence, until the last window may close. */
  async #finish(): Promise<void> {
    for (let waited = 0; waited < SIZE_MS + GRACE_MS + IDLE_MS + 10_000; waited += 1000) {
      this.#tick(1000);
      await this.driver.run();
      await this.driver.commit();
    }
    await this.driver.run();
  }

  #tick(ms: number): void {
    this.#now += Math.floor(ms);
    this.driver.moveWallClock(Math.floor(ms));
  }

  /** Old records, there before anything runs: each partition in order, but for the jitter. */
  #produceBacklog(drafts: readonly Draft[]): void {
    for (const draft of drafts) {
      this.#send(
        draft,
        this.#partitionTimeOf(draft.who, time => Math.min(time + draft.gapMs, START)),
      );
    }
  }

  #produce(drafts: readonly Draft[]): void {
    for (const draft of drafts)
      this.#send(draft, this.#scenario.time === 'apart' ? this.#advance(draft) : this.#live(draft));
  }

  #advance({ who, gapMs }: Draft): number {
    return this.#partitionTimeOf(who, time => time + gapMs);
  }

  /** A record is under way for less than the idle timeout, and does not overtake those of its partition. */
  #live({ who, lagMs }: Draft): number {
    return this.#partitionTimeOf(who, time => Math.max(time, this.#now - lagMs));
  }

  #partitionTimeOf(who: number, next: (time: number) => number): number {
    const partition = partitionFor(Buffer.from(`who-${who}`), this.#scenario.partitions);
    const time = next(this.#partitionTime[partition] ?? 0);
    this.#partitionTime[partition] = time;
    return time;
  }

  #send({ who, country, bad, behindMs }: Draft, time: number): void {
    const visit = { id: this.input.length, who: `who-${who}`, country: `country-${country}`, bad };
    const timestamp = time - behindMs;
    this.input.push({ ...visit, timestamp });
    this.driver.produce('visits', { key: visit.who, value: visit, timestamp });
  }
}
