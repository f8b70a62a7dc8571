import { pino } from 'pino';
import { type Duration, KafkaStreams, rdKafkaPorts, Serdes, StreamsBuilder, TimeWindows } from '../../streams/index.js';

/** A process that counts the records of the topic `counting-in` by key, in windows that close in silence too. */
const { KAFKA_BROKERS: brokers = '', APPLICATION_ID: applicationId = '', STATE_DIR: stateDir = '' } = process.env;
const { WINDOW_SIZE = '', EMIT } = process.env;
const builder = new StreamsBuilder();
builder
  .stream('counting-in')
  .groupByKey()
  .windowedBy(TimeWindows.of({ size: WINDOW_SIZE as Duration, grace: 0, closeOnIdle: true }))
  .emitStrategy(EMIT === 'onWindowClose' ? 'onWindowClose' : 'onWindowUpdate')
  .count({ as: 'counts' })
  .toStream(({ key }) => key)
  .to('counting-out', { valueSerde: Serdes.json<number | null>() });

const logger = pino();
const clientConfig = { 'session.timeout.ms': '6000', 'heartbeat.interval.ms': '1500' };
const streams = new KafkaStreams(
  builder.build(),
  { applicationId, stateDir, idleTimeout: '1s' },
  {
    ports: rdKafkaPorts({ brokers, clientId: applicationId, clientConfig }, logger),
    logger,
    onStateChange: state => logger.info(`state ${state}`),
  },
);
process.once('SIGTERM', () => streams.close());
streams.start();
await streams.stopped;
