import { ConfigError } from 'tributary/kafka';

/** The error for the user when a server can't listen: a ConfigError that names the variable, if one is the cause. */
export function listenRefusal(error: unknown, host: string, port: number): unknown {
  switch (listenErrorCode(error)) {
    case 'EADDRINUSE':
      return new ConfigError(`HTTP_PORT ${port} is in use`, { cause: error });
    case 'EACCES':
      return new ConfigError(`HTTP_PORT ${port} may not be used by this user`, { cause: error });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ConfigError(`HTTP_HOST ${host} is no address of this machine`, { cause: error });
    default:
      return error;
  }
}

/** True if another server listens there. */
export function isPortTaken(error: unknown): boolean {
  return listenErrorCode(error) === 'EADDRINUSE';
}

function listenErrorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
