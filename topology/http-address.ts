import { reachableName } from 'tributary/http';

export interface HttpSettings {
  /** undefined: the first free one of 8081 to 8181. */
  readonly port: number | undefined;
  /** Address to listen on. */
  readonly host: string;
  /** `host:port` under which others reach this process; undefined: `host`, and the port that it has. */
  readonly advertised: string | undefined;
  /** Names, or `host:port`, under which it may be asked, beside these, `localhost` and IP addresses. */
  readonly allowedHosts: readonly string[];
}

/** `host:port` under which others reach the process that listens on `port`. */
export function advertisedAddress(
  { host, advertised }: Pick<HttpSettings, 'host' | 'advertised'>,
  port: number,
): string {
  if (advertised !== undefined) return advertised;
  const name = reachableName(host);
  return `${name.includes(':') ? `[${name}]` : name}:${port}`;
}
