import { KafkaStreams, type KafkaStreamsDependencies, resumeOnError } from '../streams/index.js';
import type { UsersConfig } from './environment.js';
import { topics } from './topics.js';
import { usersTopology } from './users.js';

/**
 * The users topology on a cluster. Whatever a record does, the stream goes on: what can't be processed is a dead letter.
 *
 * @param applicationServer `host:port` where its stores are served; none if it serves nothing
 */
export function usersApplication(
  config: UsersConfig,
  dependencies: KafkaStreamsDependencies,
  applicationServer?: string,
): KafkaStreams {
  const { applicationId, stateDir, processingGuarantee, groupProtocol, commitIntervalMs, cacheMaxBytes } = config;
  const { idleTimeout, standbyReplicas } = config;
  return new KafkaStreams(
    usersTopology(config),
    {
      applicationId,
      stateDir,
      processingGuarantee,
      groupProtocol,
      idleTimeout,
      standbyReplicas,
      ...(commitIntervalMs === undefined ? {} : { commitInterval: commitIntervalMs }),
      ...(cacheMaxBytes === undefined ? {} : { cacheMaxBytes }),
      ...(applicationServer === undefined ? {} : { applicationServer }),
      deadLetterTopic: topics.rejected,
      deserializationExceptionHandler: resumeOnError,
      processingExceptionHandler: resumeOnError,
    },
    dependencies,
  );
}
