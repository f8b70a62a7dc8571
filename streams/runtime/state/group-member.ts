/** An instance as a static member of the group: what it subscribed to last, and how often that has changed. */
export interface GroupMember {
  readonly topics: readonly string[];
  readonly changes: number;
}

/**
 * The member with a subscription to `topics`, in any order. `before` is the member of the last subscription, undefined
 * if there was none.
 */
export function memberWith(topics: readonly string[], before: GroupMember | undefined): GroupMember {
  const sorted = [...topics].sort();
  if (before === undefined) return { topics: sorted, changes: 0 };
  const isSame = sorted.length === before.topics.length && sorted.every((topic, i) => topic === before.topics[i]);
  return isSame ? before : { topics: sorted, changes: before.changes + 1 };
}

/**
 * The same member, which is about to subscribe to other topics. Until it knows that the group has taken them (`resubscribed`),
 * it is not known which topics the group knows it with.
 */
export function resubscribing({ changes }: GroupMember): GroupMember {
  return { topics: [], changes };
}

/** The same member, which has subscribed to other topics while it was in the group. The group knows it with these. */
export function resubscribed(topics: readonly string[], { changes }: GroupMember): GroupMember {
  return { topics: [...topics].sort(), changes };
}

/**
 * The `group.instance.id`. With the classic protocol a static member that comes back within its session gets the
 * assignment that it had, whatever it subscribes to: a broker compares only the name of the assignor. A topic that it
 * did not read before would have no reader. So a member with another subscription has another id, and the group
 * rebalances.
 */
export function groupInstanceId(instanceId: string, { changes }: GroupMember): string {
  return changes === 0 ? instanceId : `${instanceId}-${changes}`;
}
