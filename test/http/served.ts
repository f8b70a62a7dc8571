import { Registry } from 'prom-client';
import { routes } from '../../streams/http/routes.js';
import type { ServedApplication, StoreQueries } from '../../streams/http/served-application.js';
import type { Logger, ProcessStatus } from '../../streams/index.js';
import { AllowedHosts } from '../../streams/network/allowed-hosts.js';
import { processStatus } from '../metrics/status.js';

/** Queries of an application without stores. */
export const NO_STORES: StoreQueries = {
  stores: [],
  store: () => refuse(),
  checkKey: () => refuse(),
  partitionOf: () => refuse(),
  ownerOf: () => refuse(),
  replicasOf: () => refuse(),
  get: () => refuse(),
  getAsOf: () => refuse(),
  range: () => refuse(),
  windows: () => refuse(),
  sessions: () => refuse(),
  versions: () => refuse(),
};

function refuse(): never {
  throw new Error('there are no stores');
}

export function served(status: Partial<ProcessStatus> = {}, queries: StoreQueries = NO_STORES): ServedApplication {
  return { streams: { status: processStatus(status), queries }, topology: 'Topologies:\n   Sub-topology: 0\n' };
}

/** The routes without a server. */
export function routesOf(
  application: ServedApplication | undefined,
  { registry = new Registry(), log = [] }: { readonly registry?: Registry; readonly log?: string[] } = {},
): ReturnType<typeof routes> {
  const hosts = new AllowedHosts('127.0.0.1', []);
  return routes({ application: () => application, hosts, registry, logger: recordingLogger(log) });
}

export function recordingLogger(log: string[]): Logger {
  const add = (message: string): void => void log.push(message);
  return { debug: add, info: add, warn: add, error: add };
}
