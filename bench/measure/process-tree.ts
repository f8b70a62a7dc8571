import { readdirSync, readFileSync } from 'node:fs';

export interface ResourceUse {
  /** User and system time, of children that have ended too. */
  readonly cpuSeconds: number;
  /** Sum of the greatest resident sets that the processes ever had (VmHWM). */
  readonly peakRssBytes: number;
}

/** /proc counts CPU time in 1/100 s on Linux, whatever the kernel's own tick. */
const TICKS_PER_SECOND = 100;

/** What a process and its descendants have used, from /proc (Linux only). */
export class ProcessTree {
  readonly #root: number;
  readonly #peaks = new Map<number, number>();
  #members: readonly number[] = [];
  #last: ResourceUse = { cpuSeconds: 0, peakRssBytes: 0 };

  constructor(root: number) {
    this.#root = root;
  }

  /** Looks for new descendants: dearer than a sample, and needed as often as processes may start. */
  discover(): void {
    const children = new Map<number, number[]>();
    for (const entry of readdirSync('/proc')) {
      const fields = /^\d+$/.test(entry) ? statFields(Number(entry)) : undefined;
      if (fields === undefined) continue;
      const parent = Number(fields[PARENT]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    }
    const members = [this.#root];
    for (let index = 0; index < members.length; index++) members.push(...(children.get(members[index] ?? 0) ?? []));
    this.#members = members;
  }

  /** The use until now; once the root has ended, the last that was seen. */
  sample(): ResourceUse {
    let ticks = 0;
    for (const pid of this.#members) {
      const fields = statFields(pid);
      if (fields === undefined) {
        if (pid === this.#root) return this.#last;
        continue;
      }
      for (const field of CPU_TIMES) ticks += Number(fields[field]);
      this.#peaks.set(pid, Math.max(this.#peaks.get(pid) ?? 0, peakRssBytes(pid)));
    }
    const peak = [...this.#peaks.values()].reduce((sum, bytes) => sum + bytes, 0);
    this.#last = { cpuSeconds: ticks / TICKS_PER_SECOND, peakRssBytes: peak };
    return this.#last;
  }
}

// Indices in /proc/<pid>/stat after the command's name; the times are utime, stime, and those of children waited for.
const PARENT = 1;
const CPU_TIMES = [11, 12, 13, 14];

function statFields(pid: number): readonly string[] | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  // The name of the command is in parentheses and may hold anything.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function peakRssBytes(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readProc(`/proc/${pid}/status`) ?? '')?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** Undefined when the process has ended. */
function readProc(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}
