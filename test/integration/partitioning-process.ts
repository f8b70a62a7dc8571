import { pino } from 'pino';
import { KafkaStreams, rdKafkaPorts, Serdes, StreamsBuilder } from '../../streams/index.js';
import { chosenFor, movedTo, topicFor } from './partitioning.js';

/** A process that distributes the numbers of `partitioning-in`, and counts them by the first letter of their keys. */
const { KAFKA_BROKERS: brokers = '', APPLICATION_ID: applicationId = '', STATE_DIR: stateDir = '' } = process.env;
const builder = new StreamsBuilder();
const numbers = builder.stream<string, number>('partitioning-in', { dropNullKeys: true, dropNullValues: true });
numbers.to((_key, value) => topicFor(value), { partitioner: (_topic, _key, value) => chosenFor(value) });
numbers
  .repartition({ name: 'moved', partitioner: (_topic, key) => movedTo(key) })
  .groupByKey()
  .count({ as: 'counts' })
  .toStream()
  .to('partitioning-counts', {
    valueSerde: Serdes.json<number | null>(),
    partitioner: (_topic, key) => movedTo(key),
  });

const logger = pino();
const clientConfig = { 'session.timeout.ms': '6000', 'heartbeat.interval.ms': '1500' };
const streams = new KafkaStreams(
  builder.build(),
  { applicationId, stateDir },
  {
    ports: rdKafkaPorts({ brokers, clientId: applicationId, clientConfig }, logger),
    logger,
    onStateChange: state => logger.info(`state ${state}`),
  },
);
process.once('SIGTERM', () => streams.close());
streams.start();
await streams.stopped;
