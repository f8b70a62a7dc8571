/** What `node --cpu-prof` writes, as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Ids of nodes, in the order of time. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

export interface ProfileNode {
  readonly id: number;
  readonly callFrame: Frame;
  readonly children?: readonly number[];
  /** How many samples were in which line of the function. Lines are counted from 1. */
  readonly positionTicks?: readonly { readonly line: number; readonly ticks: number }[];
}

export interface Frame {
  /** In parentheses for what is no function: `(garbage collector)`, `(program)`, `(idle)`. */
  readonly functionName: string;
  /** Empty for native functions. */
  readonly url: string;
}

/** Time that the thread spent in one line of a function that was called by certain others. */
export interface SelfTime {
  /** The function, the one that called it, and so on. */
  readonly stack: readonly Frame[];
  /** Of the function's file, counted from 1; 0 if not known. */
  readonly line: number;
  readonly microseconds: number;
}

/** The times of all functions without those of the functions that they called. */
export function selfTimes(profile: CpuProfile): readonly SelfTime[] {
  const byNode = new Map<number, number>();
  for (const [index, id] of profile.samples.entries()) {
    byNode.set(id, (byNode.get(id) ?? 0) + (profile.timeDeltas[index] ?? 0));
  }
  const nodes = new Map(profile.nodes.map(node => [node.id, node]));
  const parents = new Map<number, number>();
  for (const { id, children = [] } of profile.nodes) for (const child of children) parents.set(child, id);
  return profile.nodes.flatMap(node => {
    const microseconds = byNode.get(node.id) ?? 0;
    return microseconds === 0 ? [] : byLine(stackOf(node, nodes, parents), node, microseconds);
  });
}

function stackOf(
  leaf: ProfileNode,
  nodes: ReadonlyMap<number, ProfileNode>,
  parents: ReadonlyMap<number, number>,
): readonly Frame[] {
  const stack: Frame[] = [];
  for (let node: ProfileNode | undefined = leaf; node !== undefined; node = nodes.get(parents.get(node.id) ?? -1)) {
    stack.push(node.callFrame);
  }
  return stack;
}

function byLine(
  stack: readonly Frame[],
  { positionTicks = [] }: ProfileNode,
  microseconds: number,
): readonly SelfTime[] {
  const ticks = positionTicks.reduce((sum, each) => sum + each.ticks, 0);
  if (ticks === 0) return [{ stack, line: 0, microseconds }];
  return positionTicks.map(each => ({
    stack,
    line: each.line,
    microseconds: (microseconds * each.ticks) / ticks,
  }));
}
