/**
 * The disk refuses an operation: no space is left, the device fails, or access is denied. The data on it is not known
 * to be damaged, so it stays.
 */
export class StateAccessError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StateAccessError';
  }
}
