import { pauseStackTraces, resumeStackTraces } from './stack-traces.js';

const MAX_QUOTED_LENGTH = 100;

/**
 * A record that cleaning refuses. The message has the field, the reason, and the refused text, quoted as in JSON:
 * `email: not an address such as ada@example.org: "ada"`. It has no stack trace.
 */
export class RejectedRecord extends Error {
  /** @param text cut after 100 characters in the message */
  constructor(reason: string, text?: string) {
    const limit = pauseStackTraces();
    super(text === undefined ? reason : `${reason}: ${quoted(text)}`);
    resumeStackTraces(limit);
    this.name = 'RejectedRecord';
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.length <= MAX_QUOTED_LENGTH ? text : `${text.slice(0, MAX_QUOTED_LENGTH)}...`);
}
