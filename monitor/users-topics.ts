/** The default topics of the users application. */
export const DEFAULT_TOPICS = Object.freeze({
  user: 'user',
  cleaned: 'user-cleaned',
  rejected: 'user-rejected',
  countryCount: 'country-count',
  distinctUsers: 'distinct-users',
  windowSummary: 'window-summary',
});

export type UsersTopics = { readonly [T in keyof typeof DEFAULT_TOPICS]: string };

export function auditTopicOf(applicationId: string): string {
  return `${applicationId}-audit`;
}

/** @param name as the checkpoint and the topology call it */
export function repartitionTopicOf(applicationId: string, name: string): string {
  return `${applicationId}-${name}-repartition`;
}
