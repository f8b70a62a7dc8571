import path from 'node:path';
import { CHECKOUT } from '../../test/broker/checkout.js';
import { spawnGuarded } from '../../test/broker/guarded-process.js';
import { type Peer, type UsersTopics, usersTopics } from './peer.js';
import type { SpikeArgument } from './spike/main.js';

const DEFAULT_COMMIT_INTERVAL_MS = 100;

/** A plain program on node-rdkafka. `users` counts in windows; `cleaning` is a bare consume-clean-produce loop. */
export function spikePeer(does: 'users' | 'cleaning'): Peer<UsersTopics> {
  return {
    name: does === 'users' ? 'plain node-rdkafka' : 'bare node-rdkafka loop',
    topics: applicationId =>
      usersTopics({
        cleaned: `${applicationId}-user-cleaned`,
        rejected: `${applicationId}-user-rejected`,
        tables:
          does === 'users'
            ? { countryCount: `${applicationId}-country-count`, distinctUsers: `${applicationId}-distinct-users` }
            : undefined,
      }),
    start: ({ address, applicationId, commitIntervalMs, directory, inputs, partitions, topics, windowMs }) => {
      const argument: SpikeArgument = {
        address,
        applicationId,
        input: inputs[0] ?? '',
        commitIntervalMs: commitIntervalMs ?? DEFAULT_COMMIT_INTERVAL_MS,
        topics: { cleaned: topics.cleaned, rejected: topics.rejected, tables: topics.tables },
        partitions,
        windowMs,
      };
      const program = path.join(CHECKOUT, 'dist', 'bench', 'peers', 'spike', 'main.js');
      return spawnGuarded(process.execPath, [program, JSON.stringify(argument)], {
        cwd: directory,
        logFile: path.join(directory, 'peer.log'),
      });
    },
  };
}
