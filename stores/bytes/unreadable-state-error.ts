/** The state on disk can't be used. It must be rebuilt from the changelogs. */
export class UnreadableStateError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnreadableStateError';
  }
}
