import { hostname } from 'node:os';

export interface HttpSettings {
  /** undefined: the first free one of 8081 to 8181. */
  readonly port: number | undefined;
  /** Address to listen on. */
  readonly host: string;
  /** `host:port` under which others reach this process; undefined: `host`, and the port that it has. */
  readonly advertised: string | undefined;
}

const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::', '[::]']);

/** `host:port` under which others reach the process that listens on `port`. */
export function advertisedAddress({ host, advertised }: HttpSettings, port: number): string {
  if (advertised !== undefined) return advertised;
  const name = WILDCARDS.has(host) ? hostname() : host;
  return `${name.includes(':') ? `[${name}]` : name}:${port}`;
}
