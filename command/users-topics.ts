/** The default names of the topics of the users application. People's scripts depend on them. */
export const DEFAULT_TOPICS = Object.freeze({
  user: 'user',
  cleaned: 'user-cleaned',
  rejected: 'user-rejected',
  countryCount: 'country-count',
  distinctUsers: 'distinct-users',
  windowSummary: 'window-summary',
});

export type UsersTopics = { readonly [T in keyof typeof DEFAULT_TOPICS]: string };
