export interface StandbyPlacementInput {
  /** Instances in the group. */
  readonly members: readonly string[];
  /** The instance that runs the task. */
  readonly owner: string;
  /** The partition of the task, and the number of tasks of its sub-topology. */
  readonly partition: number;
  readonly partitions: number;
  /** The number of standbys of a task. */
  readonly replicas: number;
}

/**
 * The instances that keep standbys of a task, best first: the instance to which the group's range assignor would give
 * the task if its owner failed, then the one that would get it if that one failed too. So with one replica, whichever
 * single instance fails, each task that moves goes to its standby. Fewer than `replicas` if there are fewer instances.
 */
export function placeStandbys(input: StandbyPlacementInput): readonly string[] {
  const { members, owner, partition, partitions, replicas } = input;
  let left = members.filter(member => member !== owner);
  const standbys: string[] = [];
  while (standbys.length < replicas) {
    const next = rangeOwner(left, partitions, partition);
    if (next === undefined) break;
    standbys.push(next);
    left = left.filter(member => member !== next);
  }
  return standbys;
}

/**
 * The member to which the range assignor gives a partition. Members are in the order of their `group.instance.id`. Each
 * has a range of partitions; if they do not divide evenly, the first members have one more. undefined if there are no
 * members.
 */
function rangeOwner(members: readonly string[], partitions: number, partition: number): string | undefined {
  if (members.length === 0) return undefined;
  const sorted = [...members].sort();
  const size = Math.floor(partitions / sorted.length);
  const withOneMore = partitions % sorted.length;
  const inBigger = withOneMore * (size + 1);
  const index =
    partition < inBigger ? Math.floor(partition / (size + 1)) : withOneMore + Math.floor((partition - inBigger) / size);
  return sorted[index];
}
