import type { Consumer, Ports } from '../../streams/kafka/ports.js';

/** Stops the consumers of a process and lets them go on, as SIGSTOP and SIGCONT do: what was polled is there after it. */
export class Freezer {
  #thawed: Promise<void> = Promise.resolve();
  #thaw = (): void => {};

  /** `ports`, of the process that may be frozen. */
  freezable(ports: Ports): Ports {
    return { ...ports, consumer: options => this.#freezable(ports.consumer(options)) };
  }

  freeze(): void {
    this.#thawed = new Promise(resolve => {
      this.#thaw = resolve;
    });
  }

  thaw(): void {
    this.#thaw();
  }

  #freezable(consumer: Consumer): Consumer {
    const poll: Consumer['poll'] = async maxRecords => {
      const batch = await consumer.poll(maxRecords);
      await this.#thawed;
      return batch;
    };
    return new Proxy(consumer, {
      get: (target, name) => {
        if (name === 'poll') return poll;
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  }
}
