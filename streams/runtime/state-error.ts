import { StateAccessError } from '../../stores/bytes/state-access-error.js';
import { UnreadableStateError } from '../../stores/bytes/unreadable-state-error.js';

/**
 * True for errors of the state directory. They concern a task, whatever it was doing, and a new worker may repair them.
 */
export function isStateError(error: unknown): error is Error {
  return error instanceof UnreadableStateError || error instanceof StateAccessError;
}
