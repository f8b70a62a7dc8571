import { isIPv4 } from 'node:net';
import { parseAddress, reachableName } from './address.js';

/**
 * The hosts under which a server may be asked. A page in a browser of this machine can have its own name resolved to
 * the server's address (DNS rebinding). Then the browser treats the server's answers as the page's own. Such a request
 * has the page's name in its header `Host`. So a name must be known. IP addresses can't be rebound. Ports do not
 * matter, because containers map them.
 */
export class AllowedHosts {
  readonly #names: ReadonlySet<string>;

  /**
   * @param listening the address that the server listens on
   * @param others further allowed names, or `host:port`
   */
  constructor(listening: string, others: readonly string[]) {
    const hosts = others.map(other => parseAddress(other)?.host ?? other);
    this.#names = new Set(['localhost', reachableName(listening), ...hosts].map(normalized));
  }

  /** `header`: the request's header `Host`. undefined if there is none, as in HTTP/1.0: browsers always send one. */
  allows(header: string | undefined): boolean {
    if (header === undefined) return true;
    const host = parseAddress(header)?.host;
    if (host === undefined) return false;
    return host.startsWith('[') || isIPv4(host) || this.#names.has(normalized(host));
  }
}

const SHOWN_CHARACTERS = 100;

/** The answer to a request with a host that is not allowed. */
export function hostRefusal(header: string | undefined): string {
  return `host ${header?.slice(0, SHOWN_CHARACTERS)} is not allowed: HTTP_ALLOWED_HOSTS lists the names that are`;
}

/** Parses hosts separated by commas. undefined if one is neither `host` nor `host:port`. */
export function parseHosts(text: string): readonly string[] | undefined {
  const hosts = text
    .split(',')
    .map(host => host.trim())
    .filter(host => host !== '');
  return hosts.every(host => parseAddress(host) !== undefined) ? hosts : undefined;
}

function normalized(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
