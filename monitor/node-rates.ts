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
 * Records a second by node of the topology, from what processes answer one after the other. A task's counts begin anew where it
 * moves to another process: what they were before is no basis for a rate.
 */
export class NodeRates {
  readonly #samples = new Map<string, Sample>();
  /** By host. */
  readonly #rates = new Map<string, readonly Rates[]>();

  /** What the process at `host` answered at `at`. */
  answered(host: string, status: ProcessStatus, at: number): void {
    const before = this.#samples.get(host);
    const sample = { at, tasks: new Map(status.tasks.map(({ id, nodes }) => [id, nodes])) };
    if (before !== undefined && at <= before.at) return;
    this.#samples.set(host, sample);
    this.#rates.set(host, ratesBetween(before, sample));
  }

  /** It did not answer: nothing is known of it until it has answered twice. */
  missed(host: string): void {
    this.#samples.delete(host);
    this.#rates.delete(host);
  }

  /** All processes together. */
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
