const MAX_QUOTED_LENGTH = 100;

/**
 * A record that cleaning refuses. The message has the field, the reason, and the refused text, quoted as in JSON:
 * `email: not an address such as ada@example.org: "ada"`.
 */
export class RejectedRecord extends Error {
  /** @param text cut after 100 characters in the message */
  constructor(reason: string, text?: string) {
    // A stack trace would have the same few frames each time, and a dirty input causes thousands of these errors a
    // second.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(text === undefined ? reason : `${reason}: ${quoted(text)}`);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'RejectedRecord';
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.length <= MAX_QUOTED_LENGTH ? text : `${text.slice(0, MAX_QUOTED_LENGTH)}...`);
}
