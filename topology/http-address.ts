import { reachableName } from 'tributary/http';
import type { ListenSettings } from '../command/application-settings.js';

/** Without a port: the first free one of 8081 to 8181. */
export interface HttpSettings extends ListenSettings {
  /** `host:port` where other processes reach this one. undefined: `host`, and the port on which it listens. */
  readonly advertised: string | undefined;
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
