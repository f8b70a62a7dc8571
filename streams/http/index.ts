/**
 * The HTTP server of a process serves its metrics, its health and queries of its stores. The entry also has what a
 * server that asks it needs: a server with limits, addresses, allowed hosts, answers of a bounded size. It needs the
 * package hono.
 */

export { isHostAndPort, reachableName } from '../network/address.js';
export { AllowedHosts, hostRefusal, parseHosts } from '../network/allowed-hosts.js';
export { BodyTooLargeError, boundedText } from '../network/bounded-text.js';
export { bindServer, type HttpServer, type HttpServerOptions } from './http-server.js';
export { type ListeningServer, type ListeningServerOptions, listeningServer } from './listening-server.js';
export type { ServedApplication, StoreQueries } from './served-application.js';
