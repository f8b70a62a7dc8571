import { KafkaStreams, type KafkaStreamsDependencies, resumeOnError } from '../streams/index.js';
import type { UsersConfig } from './environment.js';
import { topics } from './topics.js';
import { usersTopology } from './users.js';

/** The users topology on a cluster. Whatever a record does, the stream goes on: what can't be processed is a dead letter. */
export function usersApplication(config: UsersConfig, dependencies: KafkaStreamsDependencies): KafkaStreams {
  const { applicationId, stateDir, processingGuarantee, commitIntervalMs, idleTimeout } = config;
  return new KafkaStreams(
    usersTopology(config),
    {
      applicationId,
      stateDir,
      processingGuarantee,
      idleTimeout,
      ...(commitIntervalMs === undefined ? {} : { commitInterval: commitIntervalMs }),
      deadLetterTopic: topics.rejected,
      deserializationExceptionHandler: resumeOnError,
      processingExceptionHandler: resumeOnError,
    },
    dependencies,
  );
}
