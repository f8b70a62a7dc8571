const MAX_QUOTED_LENGTH = 100;

/** A record that cleaning refuses. The message is the reason, starting with the field: `date: 31/02/2018 is not a date`. */
export class RejectedRecord extends Error {
  constructor(reason: string) {
    // A stack trace would name the same few frames each time, and a dirty input makes thousands of these a second.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(reason);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'RejectedRecord';
  }
}

/** The text as a reason quotes it: cut after 100 characters. */
export function quoted(text: string): string {
  return text.length <= MAX_QUOTED_LENGTH ? text : `${text.slice(0, MAX_QUOTED_LENGTH)}...`;
}
