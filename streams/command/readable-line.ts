const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

/** A line of pino's JSON as a person reads it on a terminal: local time, level, message. Anything else stays as it is. */
export function readableLine(json: string): string {
  try {
    const { time, level, msg } = JSON.parse(json) as { time: number; level: number; msg: string };
    const at = new Date(time);
    const clock = [at.getHours(), at.getMinutes(), at.getSeconds()]
      .map(part => String(part).padStart(2, '0'))
      .join(':');
    return `${clock} ${(LEVELS[level] ?? String(level)).padEnd(5)} ${msg}\n`;
  } catch {
    return json;
  }
}
