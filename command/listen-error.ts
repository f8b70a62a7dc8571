import { ConfigError } from 'tributary/kafka';

/** The error of a server that can't listen, as a ConfigError that names the variable. Other errors are returned unchanged. */
export function listenError(error: unknown, host: string, port: number): unknown {
  switch (codeOf(error)) {
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

export function isPortInUse(error: unknown): boolean {
  return codeOf(error) === 'EADDRINUSE';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
