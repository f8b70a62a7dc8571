import path from 'node:path';
import { DEFAULT_TOPICS } from '../command/users-topics.js';
import { CHECKOUT } from '../test/broker/checkout.js';
import { spawnGuarded } from '../test/broker/guarded-process.js';
import type { Peer } from './peer.js';

const { cleaned, rejected, countryCount, distinctUsers, windowSummary } = DEFAULT_TOPICS;

/** The users application as it is: it reads the topic `user`, and summarizes windows and keeps dead letters besides. */
export function tributaryPeer(): Peer {
  return {
    name: 'Tributary',
    topics: () => ({ cleaned, countryCount, distinctUsers, others: [rejected, windowSummary] }),
    start: ({ address, applicationId, commitIntervalMs, directory, windowMs }) =>
      spawnGuarded(process.execPath, [path.join(CHECKOUT, 'dist', 'topology', 'main.js')], {
        cwd: directory,
        env: {
          ...process.env,
          KAFKA_BROKERS: address,
          APPLICATION_ID: applicationId,
          STATE_DIR: path.join(directory, 'state'),
          COMMIT_INTERVAL_MS: String(commitIntervalMs),
          WINDOW_SIZE: `${windowMs}ms`,
          LOG_LEVEL: 'warn',
        },
        logFile: path.join(directory, 'peer.log'),
      }),
  };
}
