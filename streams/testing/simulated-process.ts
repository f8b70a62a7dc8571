import type { Level } from '../../stores/bytes/state-database.js';
import type { Ports, Producer } from '../kafka/ports.js';
import type { StateDirectory } from '../runtime/state/state-directory.js';

/**
 * Where a process may die in a commit, in this order: between two records of the transaction; after all records were
 * sent, changelogs too; after the offsets; after Kafka has committed, before the process knows; before a batch of state
 * is written to disk; after it.
 */
export const CRASH_POINTS = Object.freeze([
  'betweenSends',
  'beforeSendOffsets',
  'beforeCommitTransaction',
  'afterCommitTransaction',
  'beforeStateBatch',
  'afterStateBatch',
] as const);

export type CrashPoint = (typeof CRASH_POINTS)[number];

export class ProcessDiedError extends Error {
  constructor() {
    super('the process is dead');
    this.name = 'ProcessDiedError';
  }
}

/** The ports and the disk of one process. After its death, its code has no effect any more. */
export class SimulatedProcess {
  readonly ports: Ports;
  readonly directory: StateDirectory;
  #dead = false;
  #crashPoint: CrashPoint | undefined;

  constructor(ports: Ports, directory: StateDirectory) {
    this.ports = {
      clock: ports.clock,
      consumer: options => this.#mortal(ports.consumer(options)),
      producer: options => this.#producer(ports.producer(options)),
      admin: () => this.#mortal(ports.admin()),
    };
    this.directory = this.#mortal(directory, { level: task => this.#level(directory.level(task)) });
  }

  get dead(): boolean {
    return this.#dead;
  }

  die(): void {
    this.#dead = true;
  }

  /** The process dies when it next reaches this point. */
  crashAt(point: CrashPoint): void {
    this.#crashPoint = point;
  }

  #producer(producer: Producer): Producer {
    let sends = 0;
    return this.#mortal(producer, {
      send: (...record) => {
        if (sends++ % 2 === 1) this.#reach('betweenSends');
        return producer.send(...record);
      },
      sendOffsetsToTransaction: async (offsets, consumer) => {
        this.#reach('beforeSendOffsets');
        await producer.sendOffsetsToTransaction(offsets, consumer);
      },
      commitTransaction: async () => {
        this.#reach('beforeCommitTransaction');
        await producer.commitTransaction();
        this.#reach('afterCommitTransaction');
      },
    });
  }

  #level(level: Level): Level {
    return this.#mortal(level, {
      batch: () => {
        const batch = level.batch();
        return this.#mortal(batch, {
          write: async () => {
            this.#reach('beforeStateBatch');
            await batch.write();
            this.#reach('afterStateBatch');
          },
        });
      },
    });
  }

  #reach(point: CrashPoint): void {
    if (this.#crashPoint === point) this.#dead = true;
    this.#check();
  }

  #check(): void {
    if (this.#dead) throw new ProcessDiedError();
  }

  /** `target`, with each of its methods or its override. They work only while the process lives. */
  #mortal<T extends object>(target: T, overrides: Partial<T> = {}): T {
    return new Proxy(target, {
      get: (_, name) => {
        const member: unknown = Reflect.get(name in overrides ? overrides : target, name);
        if (typeof member !== 'function') return member;
        return (...args: readonly unknown[]): unknown => {
          this.#check();
          return Reflect.apply(member, target, args);
        };
      },
    });
  }
}
