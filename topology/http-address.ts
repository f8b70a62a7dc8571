import { reachableName } from 'tributary/http';

export interface HttpSettings {
  /** undefined: the first free port of 8081 to 8181. */
  readonly port: number | undefined;
  /** Address to listen on. */
  readonly host: string;
  /** `host:port` where other processes reach this one. undefined: `host`, and the port on which it listens. */
  readonly advertised: string | undefined;
  /** Names, or `host:port`, that requests may use beside these, `localhost` and IP addresses. */
  readonly allowedHosts: readonly string[];
}

/** `host:port` where other processes reach the process that listens on `port`. */
export function advertisedAddress(
  { host, advertised }: Pick<HttpSettings, 'host' | 'advertised'>,
  port: number,
): string {
  if (advertised !== undefined) return advertised;
  const name = reachableName(host);
  return `${name.includes(':') ? `[${name}]` : name}:${port}`;
}
