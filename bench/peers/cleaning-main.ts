import { pino } from 'pino';
import { KafkaStreams, rdKafkaPorts, StreamsBuilder } from 'tributary';
import { operators } from 'tributary/pipe';
import { tuneHeap } from '../../command/garbage-collection.js';
import { usersOptions } from '../../topology/application.js';
import { rawBytes, userSerde } from '../../topology/clean/user-serde.js';
import { cleaning } from '../../topology/clean.js';
import { usersConfig } from '../../topology/environment.js';

// The stateless workload: a process of the users application that only cleans, with the same settings.
tuneHeap();
const config = usersConfig(process.env);
const logger = pino({ level: config.logLevel }, pino.destination(2));
const builder = new StreamsBuilder();
builder
  .stream(config.topics.user, { keySerde: rawBytes, valueSerde: rawBytes })
  .pipe(operators(cleaning()))
  .to(config.topics.cleaned, { valueSerde: userSerde });
const ports = rdKafkaPorts(config.cluster, logger);
const streams = new KafkaStreams(builder.build(), usersOptions(config), { ports, logger });
process.once('SIGTERM', () => void streams.close());
streams.start();
await streams.stopped;
