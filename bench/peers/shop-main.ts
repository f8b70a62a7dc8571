import { pino } from 'pino';
import { KafkaStreams, rdKafkaPorts } from 'tributary';
import { tuneHeap } from '../../command/garbage-collection.js';
import { type ShopOptions, type ShopWorkload, shopTopology } from './shop-topologies.js';

/** The argument of the program, as JSON. */
export interface ShopArgument extends ShopOptions {
  readonly workload: ShopWorkload;
  /** `host:port` */
  readonly address: string;
  readonly applicationId: string;
  readonly stateDir: string;
  /** Absent: the library's default. */
  readonly commitInterval?: number;
}

/** The default of Java's `statestore.cache.max.bytes`. */
const CACHE_MAX_BYTES = 10 * 1024 * 1024;

tuneHeap();
const argument: ShopArgument = JSON.parse(process.argv[2] ?? '');
const { address, applicationId, commitInterval, stateDir, workload } = argument;
const logger = pino({ level: 'warn' }, pino.destination(2));
const streams = new KafkaStreams(
  shopTopology(workload, argument),
  {
    applicationId,
    stateDir,
    cacheMaxBytes: CACHE_MAX_BYTES,
    ...(commitInterval === undefined ? {} : { commitInterval }),
  },
  { ports: rdKafkaPorts({ brokers: address, clientId: applicationId }, logger), logger },
);
process.once('SIGTERM', () => void streams.close());
streams.start();
await streams.stopped;
