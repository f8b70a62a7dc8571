import path from 'node:path';
import { HEAP_ARGUMENTS, HEAP_ENVIRONMENT } from '../../command/garbage-collection.js';
import { DEFAULT_TOPICS } from '../../command/users-topics.js';
import { CHECKOUT } from '../../test/broker/checkout.js';
import { type GuardedProcess, spawnGuarded } from '../../test/broker/guarded-process.js';
import {
  type Peer,
  type PeerRun,
  type PeerTopics,
  type ResultsTopics,
  resultsTopics,
  type UsersTopics,
  usersTopics,
} from './peer.js';
import type { ShopArgument } from './shop-main.js';
import type { ShopWorkload } from './shop-topologies.js';

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

const { cleaned, rejected, countryCount, distinctUsers, windowSummary } = DEFAULT_TOPICS;

/** The users application as it is. Besides what its peers do, it summarizes windows. */
export function usersApplication(options: NodeOptions = THIS_NODE): Peer<UsersTopics> {
  return {
    name: 'Tributary',
    topics: () => usersTopics({ cleaned, rejected, tables: { countryCount, distinctUsers } }, [windowSummary]),
    start: run => started(run, options, path.join('topology', 'main.js'), [], environmentOf(run)),
  };
}

/** The cleaning of the users application without what follows it. */
export function cleaningApplication(options: NodeOptions = THIS_NODE): Peer<UsersTopics> {
  return {
    name: 'Tributary',
    topics: () => usersTopics({ cleaned, rejected, tables: undefined }),
    start: run => started(run, options, path.join('bench', 'peers', 'cleaning-main.js'), [], environmentOf(run)),
  };
}

export function shopApplication(workload: ShopWorkload, options: NodeOptions = THIS_NODE): Peer<ResultsTopics> {
  return {
    name: 'Tributary',
    topics: resultsTopics,
    start: run => {
      const { address, applicationId, commitIntervalMs, directory, inputs, topics, windowMs } = run;
      const argument: ShopArgument = {
        workload,
        address,
        applicationId,
        inputs,
        results: topics.results,
        windowMs,
        stateDir: path.join(directory, 'state'),
        ...(commitIntervalMs === undefined ? {} : { commitInterval: commitIntervalMs }),
      };
      return started(run, options, path.join('bench', 'peers', 'shop-main.js'), [JSON.stringify(argument)]);
    },
  };
}

/** The settings of the users application. */
function environmentOf(run: PeerRun<UsersTopics>): Readonly<NodeJS.ProcessEnv> {
  const { address, applicationId, commitIntervalMs, directory, inputs, windowMs } = run;
  return {
    KAFKA_BROKERS: address,
    APPLICATION_ID: applicationId,
    TOPIC_USER: inputs[0],
    STATE_DIR: path.join(directory, 'state'),
    // Empty is not set.
    COMMIT_INTERVAL_MS: commitIntervalMs === undefined ? '' : String(commitIntervalMs),
    WINDOW_SIZE: `${windowMs}ms`,
    LOG_LEVEL: 'warn',
  };
}

function started(
  { directory }: PeerRun<PeerTopics>,
  { node, nodeArguments, checkout }: NodeOptions,
  program: string,
  programArguments: readonly string[],
  environment: Readonly<NodeJS.ProcessEnv> = {},
): Promise<GuardedProcess> {
  const file = path.join(checkout, 'dist', program);
  return spawnGuarded(node, [...HEAP_ARGUMENTS, ...nodeArguments, file, ...programArguments], {
    cwd: directory,
    env: { ...HEAP_ENVIRONMENT, ...process.env, ...environment },
    logFile: path.join(directory, 'peer.log'),
  });
}
