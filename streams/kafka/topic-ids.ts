import { KafkaClientError } from './ports.js';

const UNKNOWN_TOPIC_ID = 100;
/**
 * The client has no call for the ids of topics. With `debug=metadata` it logs them, before it fetches anything of a
 * topic.
 */
const CHANGED_ID = /\bTopic (\S+) changed id from \S+ to (\S+)$/;
const NO_ID = 'A'.repeat(22);

/** The ids of the topics that a client reads (KIP-516). A topic that was deleted and created again has another id. */
export class TopicIds {
  readonly #ids = new Map<string, string>();
  #changed: string | undefined;

  /** The debug contexts that the client's log needs for it, added to those that are configured. */
  static debugContexts(others: unknown): string {
    return typeof others === 'string' && others !== '' ? `${others},metadata` : 'metadata';
  }

  /** Takes a line of the client's log. */
  onLog(message: string): void {
    const [, topic, id] = CHANGED_ID.exec(message) ?? [];
    if (topic !== undefined && id !== undefined && id !== NO_ID) this.met(topic, id);
  }

  /** Takes the id of a topic. Returns false if the topic had another one before. */
  met(topic: string, id: string): boolean {
    const first = this.#ids.get(topic);
    if (first === undefined) this.#ids.set(topic, id);
    else if (first !== id) this.#changed = topic;
    return first === undefined || first === id;
  }

  /** The first id of the topic that the client logged. undefined if it logged none. */
  get(topic: string): string | undefined {
    return this.#ids.get(topic);
  }

  /**
   * Throws a KafkaClientError if a topic was created again since the client first knew it. The client would continue in
   * it at the offset of the old topic.
   */
  check(): void {
    if (this.#changed === undefined) return;
    const message = `topic ${this.#changed} was deleted and created again`;
    throw new KafkaClientError(message, 'fatal', UNKNOWN_TOPIC_ID);
  }
}

const UNREADABLE = /\bError in metadata reply for topic (\S+) \([^)]*\): (.+)$/;

/**
 * The message of a line of the client's log about a topic that it can't read. undefined for other lines. The error of
 * its poll does not name the topic.
 */
export function unreadableTopic(message: string): string | undefined {
  const [, topic, reason] = UNREADABLE.exec(message) ?? [];
  return topic === undefined ? undefined : `topic ${topic} can't be read: ${reason}`;
}

/** True if the error says that a topic was created again. */
export function isOtherTopic(error: unknown): boolean {
  return error instanceof KafkaClientError && error.code === UNKNOWN_TOPIC_ID;
}
