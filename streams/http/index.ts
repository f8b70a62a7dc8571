/**
 * The HTTP server of a process: its metrics, its health, and queries of its stores; and what another server needs that listens beside it
 * and asks it: a server with limits, addresses, the hosts that may be asked, answers of a bounded size. It needs the package hono.
 */

export { isHostAndPort, reachableName } from '../network/address.js';
export { AllowedHosts, hostRefusal, parseHosts } from '../network/allowed-hosts.js';
export { BodyTooLargeError, boundedText } from '../network/bounded-text.js';
export { bindServer, type HttpServer, type HttpServerOptions } from './http-server.js';
export { type ListeningServer, type ListeningServerOptions, listeningServer } from './listening-server.js';
export type { ServedApplication, StoreQueries } from './served-application.js';
