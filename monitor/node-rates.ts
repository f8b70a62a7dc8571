import type { ProcessStatus, TaskStatus } from './process-status.js';

export interface NodeRate {
  readonly received: number;
  readonly forwarded: number;
}

interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** By task. */
  readonly tasks: ReadonlyMap<string, TaskStatus['nodes']>;
}

interface Rates {
  readonly node: string;
  readonly received: number;
  readonly forwarded: number;
}

/**
 * Records a second by node of the topology, from successive answers of the processes. A task's counts start again when
 * it moves to another process, so a rate needs two counts of one process.
 */
export class NodeRates {
  readonly #samples = new Map<string, Sample>();
  /** By host. */
  readonly #rates = new Map<string, readonly Rates[]>();

  /** The answer of the process at `host` at the time `at`. */
  answered(host: string, status: ProcessStatus, at: number): void {
    const before = this.#samples.get(host);
    const sample = { at, tasks: new Map(status.tasks.map(({ id, nodes }) => [id, nodes])) };
    if (before !== undefined && at <= before.at) return;
    this.#samples.set(host, sample);
    this.#rates.set(host, ratesBetween(before, sample));
  }

  /** The process did not answer. Its rates are unknown until it has answered twice. */
  missed(host: string): void {
    this.#samples.delete(host);
    this.#rates.delete(host);
  }

  /** The sum over all processes. */
  get total(): Readonly<Record<string, NodeRate>> {
    const total = new Map<string, { received: number; forwarded: number }>();
    for (const { node, received, forwarded } of [...this.#rates.values()].flat()) {
      const sum = total.get(node) ?? { received: 0, forwarded: 0 };
      total.set(node, { received: sum.received + received, forwarded: sum.forwarded + forwarded });
    }
    return Object.fromEntries(total);
  }
}

function ratesBetween(before: Sample | undefined, after: Sample): readonly Rates[] {
  const seconds = before === undefined ? Number.NaN : (after.at - before.at) / 1000;
  return [...after.tasks].flatMap(([task, nodes]) => {
    const earlier = before?.tasks.get(task);
    return Object.entries(nodes).map(([node, now]) => {
      const then = earlier?.[node];
      if (then === undefined || now.received < then.received || now.forwarded < then.forwarded) {
        return { node, received: 0, forwarded: 0 };
      }
      return {
        node,
        received: (now.received - then.received) / seconds,
        forwarded: (now.forwarded - then.forwarded) / seconds,
      };
    });
  });
}
