import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../kafka/logger.js';
import { type Clock, KafkaClientError, type Ports } from '../kafka/ports.js';
import { TopicReader } from '../kafka/topic-reader.js';
import { AuditTable, INSTANCE_EXPIRES_AFTER_MS } from './audit-table.js';

const RETRY_MS = 1000;

export interface AuditFollowerOptions {
  readonly ports: Ports;
  readonly clientId: string;
  readonly auditTopic: string;
  readonly logger: Logger;
}

/** Keeps an AuditTable up to date in the background. */
export class AuditFollower {
  readonly table = new AuditTable();
  readonly #reader: TopicReader;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #closing = new AbortController();
  #following: Promise<void> = Promise.resolve();

  private constructor(reader: TopicReader, clock: Clock, logger: Logger) {
    this.#reader = reader;
    this.#clock = clock;
    this.#logger = logger;
  }

  /**
   * Resolves when the table has everything that the topic has now. Rejects with a KafkaClientError if the cluster does
   * not answer.
   */
  static async open({ ports, clientId, auditTopic, logger }: AuditFollowerOptions): Promise<AuditFollower> {
    const follower = new AuditFollower(await TopicReader.open(ports, clientId, [auditTopic]), ports.clock, logger);
    try {
      while (!follower.#reader.caughtUp) await follower.#poll();
    } catch (error) {
      await follower.#reader.close();
      throw error;
    }
    follower.#following = follower.#follow();
    return follower;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#following;
    await this.#reader.close();
  }

  async #follow(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.#poll();
      } catch (error) {
        if (!(error instanceof KafkaClientError)) throw error;
        this.#logger.warn(`reading the audit topic: ${error.message}`);
        await delay(RETRY_MS, undefined, { signal: this.#closing.signal }).catch(() => {});
      }
    }
  }

  async #poll(): Promise<void> {
    for (const record of await this.#reader.poll()) {
      try {
        this.table.apply(record);
      } catch (error) {
        const { topic, partition, offset } = record;
        this.#logger.warn(`${topic}-${partition}@${offset} is no checkpoint and is left out: ${String(error)}`);
      }
    }
    if (this.#reader.caughtUp) this.table.forgetSilent(this.#clock.now() - INSTANCE_EXPIRES_AFTER_MS);
  }
}
