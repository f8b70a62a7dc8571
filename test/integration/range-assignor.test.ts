import assert from 'node:assert/strict';
import type { GroupProtocol } from '../../streams/index.js';
import type { Consumer } from '../../streams/kafka/ports.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import type { TopicPartition } from '../../streams/kafka/record.js';
import { assignByRange } from '../../streams/testing/range-assignor.js';
import { createTopic, deleteTopics } from '../broker/topics.js';
import { describeOnBroker } from './on-broker.js';
import { until } from './until.js';

const COUNTS: Readonly<Record<string, number>> = { 'range-test-1': 5, 'range-test-2': 5, 'range-test-3': 4 };
const ALL = Object.keys(COUNTS);
/** In the order in which they join, which is not the order of their ids. */
const MEMBERS = [
  { instanceId: 'c', topics: ALL },
  { instanceId: 'a', topics: ALL.slice(0, 2) },
  { instanceId: 'b', topics: ALL },
];
const JOINS_MS = 60_000;

describeOnBroker('a consumer group on a real broker', { timeoutMs: 90_000 }, broker => {
  const members: Member[] = [];

  before(async () => {
    for (const [topic, partitions] of Object.entries(COUNTS)) await createTopic(broker.address, topic, partitions);
  });

  afterEach(async () => {
    for (const member of members.splice(0)) await member.close();
  });

  after(() => deleteTopics(broker.address, ALL));

  for (const protocol of ['classic', 'consumer'] as const) {
    it(`assigns partitions as the simulated group does, with group.protocol=${protocol}`, async () => {
      for (const { instanceId, topics } of MEMBERS) {
        members.push(await Member.join(broker.address, protocol, instanceId, topics));
      }
      const total = ALL.reduce((sum, topic) => sum + (COUNTS[topic] ?? 0), 0);
      const assigned = await until(
        'each member has its share',
        JOINS_MS,
        async () => members.map(({ partitions }) => partitions),
        shares => shares.every(share => share.length > 0) && shares.flat().length === total,
      );
      const simulated = assignByRange(MEMBERS, topic => COUNTS[topic] ?? 0);
      assert.deepEqual(
        assigned,
        MEMBERS.map(({ instanceId }) => names(simulated.get(instanceId) ?? [])),
      );
    });
  }
});

function names(partitions: readonly TopicPartition[]): readonly string[] {
  return partitions.map(({ topic, partition }) => `${topic}-${partition}`).sort();
}

/** A consumer that takes what the group gives it, and polls until it is closed. */
class Member {
  readonly #consumer: Consumer;
  #partitions: readonly string[] = [];
  #isClosing = false;
  #polling: Promise<void> = Promise.resolve();

  private constructor(consumer: Consumer) {
    this.#consumer = consumer;
  }

  static async join(
    brokers: string,
    groupProtocol: GroupProtocol,
    id: string,
    topics: readonly string[],
  ): Promise<Member> {
    const ports = rdKafkaPorts({ brokers, clientId: id }, { debug() {}, info() {}, warn() {}, error() {} });
    const groupId = `range-test-${groupProtocol}`;
    const consumer = ports.consumer({ clientId: id, groupId, groupInstanceId: id, groupProtocol, pollTimeoutMs: 100 });
    const member = new Member(consumer);
    await consumer.connect();
    consumer.subscribe(topics, {
      onPartitionsAssigned: partitions => {
        member.#partitions = names(partitions);
        consumer.assign(partitions.map(partition => ({ ...partition, offset: 0 })));
      },
      onPartitionsRevoked: () => {
        member.#partitions = [];
        consumer.unassign();
      },
    });
    member.#polling = member.#poll();
    return member;
  }

  get partitions(): readonly string[] {
    return this.#partitions;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#polling;
    await this.#consumer.close();
  }

  async #poll(): Promise<void> {
    while (!this.#isClosing) await this.#consumer.poll(100);
  }
}
