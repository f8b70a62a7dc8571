import { DeliveryProducer } from '../../../streams/kafka/delivery-producer.js';
import { createTopic } from '../../broker/topics.js';
import { type HarmedApplication, IDLE_MS } from '../harmed-application.js';
import { allProcessed, ordersCheck } from './orders-check.js';
import { hostileOrders, OrdersContent, productRecords } from './orders-content.js';
import { GRACE_MS, LONGEST_WINDOW_MS, PAGE_PARTITIONS, PARTITIONS, TOPICS } from './records.js';

const SHORTEST_SEND_MS = 8000;

/** The orders application in the rounds. */
export const harmedOrders: HarmedApplication = {
  program: ['test', 'chaos', 'orders', 'process.js'],
  environment: {},
  // Late records and records that nobody can read come in each round.
  plan: { shortestSendMs: SHORTEST_SEND_MS, ending: 'records', always: 'hostile-records' },
  partitions: PARTITIONS,
  // Those of orders and payments, of customers and clicks, and of pages.
  tasks: 2 * PARTITIONS + PAGE_PARTITIONS,
  watchedTopic: TOPICS.results,
  toCloseMs: LONGEST_WINDOW_MS + GRACE_MS + IDLE_MS,
  // A task that has read one topic up to the jump, and not yet another one, would take what it has not read for late.
  timeMayJump: false,
  prepare: async brokers => {
    for (const topic of Object.values(TOPICS)) await createTopic(brokers, topic, PARTITIONS);
    const producer = new DeliveryProducer({ cluster: { brokers, clientId: 'chaos-input' } });
    await producer.connect();
    // Not older than the retention of the topic.
    for (const { topic, key, value, timestamp } of productRecords(Date.now()))
      producer.send(topic, key, value, timestamp);
    await producer.flush();
    await producer.close();
  },
  // They are far ahead: what a task has not read of another topic would be late.
  beforeEnd: allProcessed,
  content: seed => new OrdersContent(seed),
  hostileRecords: hostileOrders,
  check: ordersCheck,
};
