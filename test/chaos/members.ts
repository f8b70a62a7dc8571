import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../producer/generator/random.js';
import type { CrashOrder } from './crash-order.js';
import { Exclusive } from './exclusive.js';
import { Member, type MemberOptions } from './member.js';

const CHECK_EVERY_MS = 50;
const SETTLED_AFTER_MS = 30_000;

/** The processes of one round. A fault borrows the one that it harms: no other harms it meanwhile. */
export class Members {
  readonly all: readonly Member[];
  readonly #borrowed = new Set<Member>();
  readonly #slots = new Exclusive();

  constructor(all: readonly Omit<MemberOptions, 'restart'>[]) {
    const restart: MemberOptions['restart'] = (member, signal) =>
      this.#slots.run(async () => {
        if (!signal.aborted) await member.start();
      });
    this.all = all.map(options => new Member({ ...options, restart }));
  }

  get running(): readonly Member[] {
    return this.all.filter(({ wanted }) => wanted);
  }

  /** Lends a process that runs, drawn by `random`, once there is one that nobody has. */
  async borrow<T>(random: Random, use: (member: Member) => Promise<T>): Promise<T> {
    while (this.#free.length === 0) await delay(CHECK_EVERY_MS);
    return await this.#lend(random.pick(this.#free), use);
  }

  /** The same without waiting: undefined if there is none. */
  async borrowNow<T>(random: Random, use: (member: Member) => Promise<T>): Promise<T | undefined> {
    return this.#free.length === 0 ? undefined : await this.#lend(random.pick(this.#free), use);
  }

  /** Lends one that does not run; undefined if there is none. */
  async borrowSpare<T>(use: (member: Member) => Promise<T>): Promise<T | undefined> {
    const spare = this.all.find(member => !member.wanted && !this.#borrowed.has(member));
    return spare === undefined ? undefined : await this.#lend(spare, use);
  }

  /**
   * Kills the process, lets `damage` have the slot that it had under the state directory, and starts it again: no other process
   * gets that slot meanwhile. Nothing is damaged if it had none, or another one has it already.
   */
  async damageSlot(member: Member, damage: (location: string) => Promise<void>): Promise<void> {
    await this.#slots.run(async () => {
      await this.#settled();
      const { location } = member.log;
      await member.kill();
      const taken = this.running.some(({ log }) => log.location === location);
      if (location !== undefined && !taken) await damage(location);
      await member.start();
      await this.#settled();
    });
  }

  /** Waits while `damageSlot` is at work: what comes up takes the lowest slot that is free. */
  async start(member: Member, order?: CrashOrder): Promise<void> {
    await this.#slots.run(() => member.start(order));
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map(member => member.close()));
  }

  get #free(): readonly Member[] {
    return this.running.filter(member => !this.#borrowed.has(member));
  }

  async #lend<T>(member: Member, use: (member: Member) => Promise<T>): Promise<T> {
    this.#borrowed.add(member);
    try {
      return await use(member);
    } finally {
      this.#borrowed.delete(member);
    }
  }

  /** Every process that runs has its slot. */
  async #settled(): Promise<void> {
    const deadline = Date.now() + SETTLED_AFTER_MS;
    while (!this.running.every(({ log }) => log.location !== undefined) && Date.now() < deadline) {
      await delay(CHECK_EVERY_MS);
    }
  }
}
