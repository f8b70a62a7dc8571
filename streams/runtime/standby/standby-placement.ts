export interface StandbyPlacementInput {
  /** Instances in the group. */
  readonly members: readonly string[];
  /** The instance that has the task. */
  readonly owner: string;
  /** The task's, and how many its sub-topology has. */
  readonly partition: number;
  readonly partitions: number;
  /** How many standbys a task is to have. */
  readonly replicas: number;
}

/**
 * Instances that keep standbys of a task, best first: the one that the group's range assignor would give the task if its owner
 * failed, then the one that would get it if that failed too. So with one replica, whatever single instance fails, each task
 * that moves goes to where its standby is. Fewer than `replicas` where there are no more instances.
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
 * The member that the range assignor gives a partition: members in the order of their `group.instance.id`, each with a range of
 * partitions, the first ones with one more where they do not go up evenly. undefined if there are no members.
 */
export function rangeOwner(members: readonly string[], partitions: number, partition: number): string | undefined {
  if (members.length === 0) return undefined;
  const sorted = [...members].sort();
  const size = Math.floor(partitions / sorted.length);
  const withOneMore = partitions % sorted.length;
  const inBigger = withOneMore * (size + 1);
  const index =
    partition < inBigger ? Math.floor(partition / (size + 1)) : withOneMore + Math.floor((partition - inBigger) / size);
  return sorted[index];
}
