import { pino } from 'pino';
import { type Duration, KafkaStreams, rdKafkaPorts, resumeOnError } from '../../../streams/index.js';
import { clusterFromEnvironment } from '../../../streams/kafka/cluster-environment.js';
import type { GroupProtocol } from '../../../streams/kafka/group-protocol.js';
import { restoreLog } from '../../../topology/restore-log.js';
import { onTermination } from '../../../topology/termination.js';
import { TOPICS } from './records.js';
import { ordersTopology } from './topology.js';

/** A process of the orders application. */
const { APPLICATION_ID: applicationId = '', STATE_DIR: stateDir = '', IDLE_TIMEOUT: idleTimeout = '10s' } = process.env;
const { GROUP_PROTOCOL: groupProtocol = 'classic', STANDBY_REPLICAS: standbyReplicas = '0' } = process.env;
const logger = pino();
const restores = restoreLog(logger, () => performance.now());
const streams = new KafkaStreams(
  ordersTopology(),
  {
    applicationId,
    stateDir,
    idleTimeout: idleTimeout as Duration,
    groupProtocol: groupProtocol as GroupProtocol,
    standbyReplicas: Number(standbyReplicas),
    deadLetterTopic: TOPICS.deadLetters,
    deserializationExceptionHandler: resumeOnError,
    processingExceptionHandler: resumeOnError,
  },
  {
    ports: rdKafkaPorts(clusterFromEnvironment(process.env, applicationId), logger),
    logger,
    onRestore: restores.progressed,
    onStateChange: state => {
      if (state === 'RUNNING') restores.allRunning();
      logger.info(`state ${state}`);
    },
  },
);
onTermination(process, logger, () => streams.close());
streams.start();
await streams.stopped;
