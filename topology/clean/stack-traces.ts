const errors: { stackTraceLimit: number | undefined } = Error;

/**
 * Until `resumeStackTraces`, errors have no stack trace. A dirty input causes thousands of errors a second, whose traces
 * would have the same few frames each time. V8 takes no trace if the limit is no number. With 0, it looks at the stack
 * all the same, and the first access to `stack` makes a text.
 *
 * @returns the limit to resume with
 */
export function pauseStackTraces(): number | undefined {
  const { stackTraceLimit } = errors;
  errors.stackTraceLimit = undefined;
  return stackTraceLimit;
}

export function resumeStackTraces(limit: number | undefined): void {
  errors.stackTraceLimit = limit;
}
