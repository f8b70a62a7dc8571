import { isIPv6 } from 'node:net';
import { hostname } from 'node:os';

/** The address of a server: its name or IP address, and its port if one is given. */
export interface Address {
  /** An IPv6 address is in brackets. */
  readonly host: string;
  readonly port: number | undefined;
}

const ADDRESS = /^(\[[0-9a-f:.]+\]|\w[\w.-]{0,252})(?::(\d{1,5}))?$/i;
const MAX_PORT = 65_535;

/** Parses `host` or `host:port`. undefined if the text has anything else, such as a path or a user. */
export function parseAddress(text: string): Address | undefined {
  const [, host, digits] = ADDRESS.exec(text) ?? [];
  if (host === undefined || (host.startsWith('[') && !isIPv6(host.slice(1, -1)))) return undefined;
  if (digits === undefined) return { host, port: undefined };
  const port = Number(digits);
  return port >= 1 && port <= MAX_PORT ? { host, port } : undefined;
}

export function isHostAndPort(text: string): boolean {
  return parseAddress(text)?.port !== undefined;
}

const ALL_ADDRESSES: ReadonlySet<string> = new Set(['0.0.0.0', '::', '[::]']);

/**
 * The name or address of a server that listens on `listening`. If it listens on all addresses: the name of this
 * machine.
 */
export function reachableName(listening: string): string {
  return ALL_ADDRESSES.has(listening) ? hostname() : listening;
}
