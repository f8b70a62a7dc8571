import { pino } from 'pino';
import { KafkaStreams, rdKafkaPorts, Serdes, StreamsBuilder } from '../../streams/index.js';

/** A process that counts by key the records of the topics `pattern-in-...`, each update by itself. */
const { KAFKA_BROKERS: brokers = '', APPLICATION_ID: applicationId = '', STATE_DIR: stateDir = '' } = process.env;
const { GROUP_PROTOCOL } = process.env;
const builder = new StreamsBuilder();
builder
  .stream(/pattern-in-[a-z]+/)
  .groupByKey()
  .count({ as: 'counts', caching: false })
  .toStream()
  .to('pattern-out', { valueSerde: Serdes.json<number | null>() });

const logger = pino();
const isClassic = GROUP_PROTOCOL !== 'consumer';
const clientConfig = { ...(isClassic ? { 'session.timeout.ms': '20000', 'heartbeat.interval.ms': '500' } : {}) };
const streams = new KafkaStreams(
  builder.build(),
  { applicationId, stateDir, metadataMaxAge: '500ms', groupProtocol: isClassic ? 'classic' : 'consumer' },
  {
    ports: rdKafkaPorts({ brokers, clientId: applicationId, clientConfig }, logger),
    logger,
    onStateChange: state => logger.info(`state ${state}`),
  },
);
process.once('SIGTERM', () => streams.close());
streams.start();
await streams.stopped;
