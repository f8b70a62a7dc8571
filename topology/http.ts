import type { Registry } from 'prom-client';
import { ConfigError, type Logger } from 'tributary';
import { bindServer, type HttpServer } from 'tributary/http';
import { isPortInUse, listenError } from '../command/listen-error.js';
import type { HttpSettings } from './http-address.js';

const FIRST_PORT = 8081;
const LAST_PORT = 8181;

export interface HttpDependencies {
  readonly registry: Registry;
  readonly logger: Logger;
}

/**
 * Listens on `HTTP_HOST` and `HTTP_PORT`, or on the first free port from 8081.
 *
 * @throws ConfigError that names the variable if it can't
 */
export async function listen(settings: HttpSettings, dependencies: HttpDependencies): Promise<HttpServer> {
  const { port, host } = settings;
  if (port !== undefined) return await listenOn(settings, port, dependencies);
  for (let candidate = FIRST_PORT; candidate <= LAST_PORT; candidate++) {
    try {
      return await bind(settings, candidate, dependencies);
    } catch (error) {
      if (!isPortInUse(error)) throw listenError(error, host, candidate);
    }
  }
  throw new ConfigError(`HTTP_PORT is not set, and all ports from ${FIRST_PORT} to ${LAST_PORT} are in use`);
}

async function listenOn(settings: HttpSettings, port: number, dependencies: HttpDependencies): Promise<HttpServer> {
  try {
    return await bind(settings, port, dependencies);
  } catch (error) {
    throw listenError(error, settings.host, port);
  }
}

async function bind(
  { host, advertised, allowedHosts }: HttpSettings,
  port: number,
  dependencies: HttpDependencies,
): Promise<HttpServer> {
  const names = advertised === undefined ? allowedHosts : [advertised, ...allowedHosts];
  return await bindServer({ host, port, allowedHosts: names, ...dependencies });
}
