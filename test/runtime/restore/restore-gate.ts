import type { Consumer, Ports } from '../../../streams/kafka/ports.js';
import type { ConsumerRecord, TopicPartitionOffset } from '../../../streams/kafka/record.js';

/** Ports whose consumers of changelogs and of global topics hold back what comes of some partitions, until the gate is opened. */
export class RestoreGate {
  readonly ports: Ports;
  readonly #holds: (partition: { readonly topic: string; readonly partition: number }) => boolean;
  #isOpen = false;

  constructor(ports: Ports, holds: (partition: { readonly topic: string; readonly partition: number }) => boolean) {
    this.#holds = holds;
    this.ports = {
      ...ports,
      consumer: options =>
        /restore|global/.test(options.clientId) ? this.#held(ports.consumer(options)) : ports.consumer(options),
    };
  }

  open(): void {
    this.#isOpen = true;
  }

  #held(consumer: Consumer): Consumer {
    const records: ConsumerRecord[] = [];
    const ends: TopicPartitionOffset[] = [];
    return new Proxy(consumer, {
      get: (target, name) => {
        if (name === 'poll') {
          return async (max: number) => {
            const batch = await target.poll(max);
            records.push(...batch.records);
            ends.push(...batch.ends);
            const passes = (of: { readonly topic: string; readonly partition: number }): boolean =>
              this.#isOpen || !this.#holds(of);
            return { records: taken(records, passes), ends: taken(ends, passes) };
          };
        }
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  }
}

function taken<T>(from: T[], which: (item: T) => boolean): T[] {
  const result = from.filter(which);
  from.splice(0, from.length, ...from.filter(item => !which(item)));
  return result;
}
