import path from 'node:path';
import { HEAP_ARGUMENTS, HEAP_ENVIRONMENT } from '../../command/garbage-collection.js';
import { DEFAULT_TOPICS } from '../../command/users-topics.js';
import { CHECKOUT } from '../../test/broker/checkout.js';
import { spawnGuarded } from '../../test/broker/guarded-process.js';
import type { Peer, PeerRun, PeerTopics } from './peer.js';

/** What the process of Tributary runs on. */
export interface NodeOptions {
  /** The Node that runs it. */
  readonly node: string;
  /** Arguments of that Node, after those of every stream process. */
  readonly nodeArguments: readonly string[];
  /** A checkout with its `dist` and its `node_modules`, which are compiled for that Node. */
  readonly checkout: string;
}

/** This Node and this checkout. */
export const THIS_NODE: NodeOptions = { node: process.execPath, nodeArguments: [], checkout: CHECKOUT };

const CLEANED: PeerTopics = {
  cleaned: DEFAULT_TOPICS.cleaned,
  rejected: DEFAULT_TOPICS.rejected,
  tables: undefined,
  others: [],
};

/** The users application as it is. Besides what its peers do, it summarizes windows and keeps the rejected records. */
export function usersApplication(options: NodeOptions = THIS_NODE): Peer {
  return {
    name: 'Tributary',
    topics: () => ({
      ...CLEANED,
      tables: { countryCount: DEFAULT_TOPICS.countryCount, distinctUsers: DEFAULT_TOPICS.distinctUsers },
      others: [DEFAULT_TOPICS.windowSummary],
    }),
    start: run => started(run, options, path.join('dist', 'topology', 'main.js')),
  };
}

/** The cleaning of the users application without what follows it. */
export function cleaningApplication(options: NodeOptions = THIS_NODE): Peer {
  return {
    name: 'Tributary',
    topics: () => CLEANED,
    start: run => started(run, options, path.join('dist', 'bench', 'peers', 'cleaning-main.js')),
  };
}

function started(run: PeerRun, { node, nodeArguments, checkout }: NodeOptions, program: string) {
  const { address, applicationId, commitIntervalMs, directory, input, windowMs } = run;
  return spawnGuarded(node, [...HEAP_ARGUMENTS, ...nodeArguments, path.join(checkout, program)], {
    cwd: directory,
    env: {
      ...HEAP_ENVIRONMENT,
      ...process.env,
      KAFKA_BROKERS: address,
      APPLICATION_ID: applicationId,
      TOPIC_USER: input,
      STATE_DIR: path.join(directory, 'state'),
      // Empty is not set.
      COMMIT_INTERVAL_MS: commitIntervalMs === undefined ? '' : String(commitIntervalMs),
      WINDOW_SIZE: `${windowMs}ms`,
      LOG_LEVEL: 'warn',
    },
    logFile: path.join(directory, 'peer.log'),
  });
}
