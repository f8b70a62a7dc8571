import { KafkaStreams, type KafkaStreamsDependencies, resumeOnError, type StreamsOptions } from 'tributary';
import type { UsersConfig } from './environment.js';
import { usersTopology } from './users.js';

/**
 * The users topology on a cluster. No record stops it: a record that can't be processed becomes a dead letter.
 *
 * @param applicationServer `host:port` where its stores are served; none if it serves nothing
 */
export function usersApplication(
  config: UsersConfig,
  dependencies: KafkaStreamsDependencies,
  applicationServer?: string,
): KafkaStreams {
  return new KafkaStreams(
    usersTopology(config),
    { ...usersOptions(config), ...(applicationServer === undefined ? {} : { applicationServer }) },
    dependencies,
  );
}

export function usersOptions(config: UsersConfig): StreamsOptions {
  const { applicationId, stateDir, processingGuarantee, groupProtocol, commitIntervalMs } = config;
  const { idleTimeout, maxTimestampAhead, standbyReplicas, cacheMaxBytes } = config;
  return {
    applicationId,
    stateDir,
    processingGuarantee,
    groupProtocol,
    idleTimeout,
    standbyReplicas,
    ...(maxTimestampAhead === undefined ? {} : { maxTimestampAhead }),
    ...(commitIntervalMs === undefined ? {} : { commitInterval: commitIntervalMs }),
    ...(cacheMaxBytes === undefined ? {} : { cacheMaxBytes }),
    deadLetterTopic: config.topics.rejected,
    deserializationExceptionHandler: resumeOnError,
    processingExceptionHandler: resumeOnError,
    productionExceptionHandler: resumeOnError,
  };
}
