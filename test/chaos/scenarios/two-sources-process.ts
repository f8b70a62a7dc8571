import { pino } from 'pino';
import { KafkaStreams, rdKafkaPorts, Serdes, StreamsBuilder } from '../../../streams/index.js';
import { NEW_TOPIC, OLD_TOPIC, OUT_TOPIC } from './two-sources-topics.js';

/** A process that merges two topics in the order of their timestamps. It says how much memory it took when it ends. */
const { KAFKA_BROKERS: brokers = '', APPLICATION_ID: applicationId = '', STATE_DIR: stateDir = '' } = process.env;
const builder = new StreamsBuilder();
const bytes = { keySerde: Serdes.bytes(), valueSerde: Serdes.bytes() };
builder.stream(OLD_TOPIC, bytes).merge(builder.stream(NEW_TOPIC, bytes)).to(OUT_TOPIC, bytes);

const logger = pino();
const streams = new KafkaStreams(
  builder.build(),
  { applicationId, stateDir },
  {
    ports: rdKafkaPorts({ brokers, clientId: applicationId }, logger),
    logger,
    onStateChange: state => logger.info(`state ${state}`),
  },
);
process.once('SIGTERM', () => streams.close());
streams.start();
await streams.stopped;
logger.info(`most memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
