import { pino } from 'pino';
import { KafkaStreams, rdKafkaPorts, Serdes, StreamsBuilder } from 'tributary';

// Counts words of the lines in the topic `lines`; the topic `word-count` is the table of the counts. Both topics must exist.
const builder = new StreamsBuilder();
builder
  .stream<string, string>('lines', { valueSerde: Serdes.string(), dropNullValues: true })
  .flatMapValues(line =>
    line
      .toLowerCase()
      .split(/\W+/)
      .filter(word => word !== ''),
  )
  .groupBy((_line, word) => word)
  .count({ as: 'words' })
  .toStream()
  .to('word-count');

const logger = pino();
const ports = rdKafkaPorts({ brokers: process.env.KAFKA_BROKERS ?? 'localhost:9092', clientId: 'word-count' }, logger);
const streams = new KafkaStreams(builder.build(), { applicationId: 'word-count' }, { ports, logger });
process.once('SIGINT', () => streams.close());
streams.start();
await streams.stopped;
