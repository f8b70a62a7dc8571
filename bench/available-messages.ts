import type { KafkaConsumer, Message } from 'node-rdkafka';

/**
 * The messages that are there, at most `max`, or the next one if it comes within `waitMs`. The client's own wait starts
 * again with each message: where they come steadily, it would last until there are `max`.
 */
export async function availableMessages(
  consumer: KafkaConsumer,
  max: number,
  waitMs: number,
): Promise<readonly Message[]> {
  const ready = await consumed(consumer, max, 0);
  return ready.length > 0 ? ready : await consumed(consumer, 1, waitMs);
}

function consumed(consumer: KafkaConsumer, max: number, waitMs: number): Promise<readonly Message[]> {
  consumer.setDefaultConsumeTimeout(waitMs);
  return new Promise((resolve, reject) => {
    consumer.consume(max, (error, messages) => (error ? reject(new Error(error.message)) : resolve(messages)));
  });
}
