import { pino } from 'pino';
import { KafkaStreams, rdKafkaPorts, Serdes, StreamsBuilder } from '../../streams/index.js';

/** A process that looks up the records of one topic in a global table, and writes to the log how that is restored. */
const { KAFKA_BROKERS: brokers = '', APPLICATION_ID: applicationId = '', STATE_DIR: stateDir = '' } = process.env;
const { GLOBAL_TOPIC = '', INPUT = '', OUTPUT = '' } = process.env;
const builder = new StreamsBuilder();
const table = builder.globalTable<string, string>(GLOBAL_TOPIC, { valueSerde: Serdes.string() });
builder
  .stream(INPUT)
  .leftJoin(
    table,
    key => key,
    (_value, row) => row?.length ?? null,
  )
  .to(OUTPUT, { valueSerde: Serdes.json<number | null>() });

const logger = pino();
const streams = new KafkaStreams(
  builder.build(),
  { applicationId, stateDir },
  {
    ports: rdKafkaPorts({ brokers, clientId: applicationId }, logger),
    logger,
    onStateChange: state => logger.info(`state ${state}`),
    onRestore: ({ remaining }) => logger.info(`remaining ${remaining}.`),
  },
);
process.once('SIGTERM', () => streams.close());
streams.start();
await streams.stopped;
