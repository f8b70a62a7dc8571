/** The topic to which the tasks of an application send their checkpoints. */
export function auditTopicOf(applicationId: string): string {
  return `${applicationId}-audit`;
}

export function changelogTopicOf(applicationId: string, store: string): string {
  return `${applicationId}-${store}-changelog`;
}

export function repartitionTopicOf(applicationId: string, repartition: string): string {
  return `${applicationId}-${undecoratedRepartitionTopic(repartition)}`;
}

/** A repartition topic as `describe()` and Java's name it, without the application id. */
export function undecoratedRepartitionTopic(repartition: string): string {
  return `${repartition}-repartition`;
}
