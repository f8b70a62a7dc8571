/** The topics of the users application: fixed names, which people's scripts rely on too. */
export const topics = Object.freeze({
  user: 'user',
  cleaned: 'user-cleaned',
  rejected: 'user-rejected',
  countryCount: 'country-count',
  distinctUsers: 'distinct-users',
  windowSummary: 'window-summary',
});

export function auditTopicOf(applicationId: string): string {
  return `${applicationId}-audit`;
}

/** @param name as the audit record and the topology call it */
export function repartitionTopicOf(applicationId: string, name: string): string {
  return `${applicationId}-${name}-repartition`;
}
