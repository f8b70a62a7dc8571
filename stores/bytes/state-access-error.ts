/** The disk refuses: no space is left, the device fails, it may not be used. What is on it is not known to be damaged, so it stays. */
export class StateAccessError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StateAccessError';
  }
}
