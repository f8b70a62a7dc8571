/** State on disk that can't be used: it has to be rebuilt from the changelogs. */
export class UnreadableStateError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnreadableStateError';
  }
}
