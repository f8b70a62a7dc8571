import type { TaskCounts } from '../audit/task-counts.js';
import type { Topology } from '../dsl/graph/topology.js';
import { type ClientErrorKind, KafkaClientError } from '../kafka/ports.js';
import type { ConsumerRecord } from '../kafka/record.js';
import { tasksOf } from '../runtime/plan/planned-task.js';
import { namedTopics } from '../runtime/plan/source-topics.js';
import { internalTopicsOf } from '../runtime/plan/task-plan.js';
import { type StreamsConfig, streamsConfig } from '../runtime/streams-config.js';
import type { Worker } from '../runtime/worker/worker.js';
import { DriverInput, type InputRecord } from './driver-input.js';
import type { TopologyTestDriverOptions } from './driver-options.js';
import { DriverOutput, type TestRecord } from './driver-output.js';
import { DriverPlanner } from './driver-planner.js';
import { DriverTopics, type TopicSerdes } from './driver-topics.js';
import { driverWorker } from './driver-worker.js';
import { InMemoryCluster } from './in-memory-cluster.js';
import { ManualClock } from './manual-clock.js';
import { MemoryStateDirectory } from './memory-state-directory.js';
import { SimulatedApplication } from './simulated-application.js';
import type { CrashPoint } from './simulated-process.js';
import { type StoreEntry, storeEntries } from './store-entries.js';

/**
 * Runs a topology without a cluster (Java: `TopologyTestDriver`): the worker, tasks, stores and commits of the real
 * runtime, with its four ports (clock, consumer, producer, admin) on a cluster in memory. The clock stands still until
 * it is moved.
 *
 * ```ts
 * orders.to('copy');
 * const driver = await TopologyTestDriver.create(builder.build(), { partitions: 4 });
 * await driver.pipeInput('orders', [{ key: 'a', value: { amount: 5 }, timestamp: 0 }]);
 * const [copy] = driver.readOutput<string, Order>('copy');
 * await driver.close();
 * ```
 */
export class TopologyTestDriver {
  readonly #planner: DriverPlanner;
  readonly #cluster: InMemoryCluster;
  readonly #clock: ManualClock;
  readonly #input: DriverInput;
  readonly #output: DriverOutput;
  readonly #autoCommit: boolean;
  readonly #partitions: number;
  readonly #newApplication: () => SimulatedApplication;
  /** undefined while a pattern of the topology has no topic. */
  #application: SimulatedApplication | undefined;
  /** True if a topic that matches a pattern was created since the last plan. */
  #isOutdated = true;

  private constructor(
    topology: Topology,
    config: StreamsConfig,
    cluster: InMemoryCluster,
    clock: ManualClock,
    topics: DriverTopics,
    { partitions, autoCommit }: { readonly partitions: number; readonly autoCommit: boolean },
  ) {
    this.#planner = new DriverPlanner(topology, config, cluster);
    this.#cluster = cluster;
    this.#clock = clock;
    this.#input = new DriverInput(topics, cluster, clock);
    this.#output = new DriverOutput(topics, cluster, internalTopicsOf(topology, config.applicationId));
    this.#autoCommit = autoCommit;
    this.#partitions = partitions;
    this.#newApplication = () =>
      new SimulatedApplication(cluster.ports, new MemoryStateDirectory(), (ports, directory) =>
        driverWorker(config, this.#planner.latest, ports, directory),
      );
  }

  /** Throws a ConfigError or a TopologyError, as the application would when it starts. */
  static async create(topology: Topology, options: TopologyTestDriverOptions = {}): Promise<TopologyTestDriver> {
    const { partitions = 1, startTime = 0, autoCommit = true, outputTopics = [], ...others } = options;
    const { maxPollRecords = Number.POSITIVE_INFINITY, commitTurns = 0, ...more } = others;
    const { queueRecords = Number.POSITIVE_INFINITY, ...streams } = more;
    const checked = streamsConfig({ applicationId: 'test', ...streams });
    // Without an interval of its own, only `commit` commits.
    const config = streams.commitInterval === undefined ? { ...checked, commitIntervalMs: Infinity } : checked;
    const clock = new ManualClock(startTime);
    const cluster = new InMemoryCluster(clock, { maxPollRecords, commitTurns, queueRecords });
    const sources = namedTopics(topology);
    const deadLetters = config.deadLetterTopic === undefined ? [] : [config.deadLetterTopic];
    const topics = new DriverTopics(topology, cluster, [...deadLetters, ...outputTopics]);
    for (const topic of [...sources, ...topics.outputs]) cluster.createTopic(topic, partitions);
    const driver = new TopologyTestDriver(topology, config, cluster, clock, topics, { partitions, autoCommit });
    await driver.run();
    return driver;
  }

  /**
   * Sends records to a source topic, to the partition of their key, and processes them one after the other. A topic that
   * matches a pattern of the topology is created if it does not exist.
   */
  async pipeInput<K = string, V = unknown>(
    topic: string,
    records: InputRecord<K, V> | readonly InputRecord<K, V>[],
    serdes: TopicSerdes<K, V> = {},
  ): Promise<void> {
    for (const record of listed(records)) {
      this.produce(topic, record, serdes);
      await this.run();
    }
  }

  /** Sends records to a source topic, to the partition of their key, without processing them. */
  produce<K = string, V = unknown>(
    topic: string,
    records: InputRecord<K, V> | readonly InputRecord<K, V>[],
    serdes: TopicSerdes<K, V> = {},
  ): void {
    if (!this.#cluster.hasTopic(topic) && this.#planner.sources.isMatched(topic)) {
      this.#cluster.createTopic(topic, this.#partitions);
      this.#isOutdated = true;
    }
    this.#input.write(topic, listed(records), serdes);
  }

  /**
   * Processes all available records, and commits unless `autoCommit` is off. Throws the StreamsError that stops the
   * application. After that, only `crash` and `close` are allowed.
   */
  async run(): Promise<void> {
    let settled = false;
    while (!settled) {
      do await this.step();
      while (!this.#quiet);
      settled = (!this.#autoCommit || (await this.commit())) && this.#quiet;
    }
  }

  /** Polls once, and processes the records. */
  async step(): Promise<void> {
    if (this.#isOutdated) await this.#followTopics();
    await this.#application?.do(worker => worker.runOnce());
  }

  /** As with a cluster, a rebalance commits what was processed. */
  async #followTopics(): Promise<void> {
    this.#isOutdated = false;
    if (!(await this.#planner.plan())) return;
    if (this.#application !== undefined) {
      await this.#application.resubscribe(this.#planner.latest.inputTopics);
      return;
    }
    this.#application = this.#newApplication();
    await this.#application.start();
  }

  /**
   * Commits what was processed. Resolves to false if the client failed or the process died: then it is back at the last
   * commit.
   */
  async commit(): Promise<boolean> {
    const committed = (await this.#application?.do(worker => worker.commit())) ?? true;
    // Records that the commit has sent can be read only now.
    await this.step();
    return committed;
  }

  /** Moves the wall clock, and lets everything happen that depends on it. */
  async advanceWallClock(ms: number): Promise<void> {
    this.moveWallClock(ms);
    await this.run();
  }

  /** Moves the wall clock while nothing runs. */
  moveWallClock(ms: number): void {
    this.#clock.advance(ms);
  }

  /**
   * The process dies, as by kill -9, and starts again. Only the state of Kafka and the disk is left. `meanwhile` is
   * called in between.
   */
  async crash(meanwhile: () => void = () => {}): Promise<void> {
    this.#started.kill();
    meanwhile();
    await this.#started.restart();
    await this.run();
  }

  /** The process dies when it next reaches `point`, and starts again. */
  crashAt(point: CrashPoint): void {
    this.#started.crashAt(point);
  }

  /** The next commit of a transaction fails in this way. */
  failNextCommit(kind: ClientErrorKind): void {
    this.#cluster.failNextCommit(new KafkaClientError('commitTransaction: fails as the test requests', kind, -1));
  }

  /** Revokes all partitions and assigns them again. */
  async rebalance(): Promise<void> {
    this.#cluster.rebalance();
    await this.run();
  }

  /** No more input will come: all windows close. */
  async endInput(): Promise<void> {
    this.#worker.endInput();
    for (let rounds = 0; !this.#worker.drained && rounds < 100; rounds++) {
      this.#clock.advance(1000);
      await this.run();
      await this.commit();
    }
  }

  /** Committed records of a topic that were not read yet, by partition. */
  readOutput<K = string, V = unknown>(topic: string, serdes: TopicSerdes<K, V> = {}): TestRecord<K, V>[] {
    return this.#output.read(topic, serdes);
  }

  /** The same as bytes. */
  readRecords(topic: string): ConsumerRecord[] {
    return this.#output.readBytes(topic);
  }

  /**
   * Committed records that the application has written to topics that are not internal, in the order in which it sent
   * them, over all topics. It does not mark them as read.
   */
  get written(): readonly ConsumerRecord[] {
    return this.#output.written;
  }

  /** The sum of the counts of all tasks. */
  get counts(): readonly TaskCounts[] {
    return (this.#application?.worker.tasks ?? []).map(task => structuredClone(task.counts));
  }

  /** Estimate of the memory of records that were polled and not processed. */
  get inputBufferBytes(): number {
    return this.#worker.tasks.reduce((sum, { inputs }) => sum + inputs.bufferedBytes, 0);
  }

  /** Estimate of the memory of what waits for the next commit. */
  get uncommittedBytes(): number {
    return this.#worker.uncommittedBytes;
  }

  /** Entries of a table's store, of all tasks or of the process, in the order of their serialized keys. */
  async storeEntries(store: string): Promise<StoreEntry[]> {
    return await storeEntries(this.#planner.latest, this.#worker, store);
  }

  /** Commits what was processed, unless the application has failed. */
  async close(): Promise<void> {
    await this.#application?.close();
  }

  get #started(): SimulatedApplication {
    if (this.#application === undefined) throw new Error('the application waits for topics that match its patterns');
    return this.#application;
  }

  get #worker(): Worker {
    return this.#started.worker;
  }

  get #quiet(): boolean {
    if (this.#application === undefined) return true;
    const tasks = tasksOf(this.#planner.latest).length;
    return (
      this.#worker.tasks.length === tasks &&
      this.#worker.globalPositions.every(
        ({ topic, partition, offset }) => offset >= this.#cluster.log(topic, partition).stable,
      ) &&
      this.#worker.tasks.every(
        task =>
          !task.processing.isBusy &&
          task.inputs.queues.every(
            ({ topic, partition, size, end }) => size === 0 && end === this.#cluster.log(topic, partition).stable,
          ),
      )
    );
  }
}

function listed<K, V>(records: InputRecord<K, V> | readonly InputRecord<K, V>[]): readonly InputRecord<K, V>[] {
  return 'key' in records ? [records] : records;
}
