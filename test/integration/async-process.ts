import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { KafkaStreams, rdKafkaPorts, Serdes, StreamsBuilder } from '../../streams/index.js';

/** A process that asks a service of its own over HTTP for each record. The service is slow, and fails at times. */
const { KAFKA_BROKERS: brokers = '', APPLICATION_ID: applicationId = '', STATE_DIR: stateDir = '' } = process.env;
const { INPUT = '', OUTPUT = '' } = process.env;

let requests = 0;
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  requests++;
  await delay(requests % 7);
  response.statusCode = requests % 10 === 0 ? 500 : 200;
  response.end(`${request.url?.slice(1)}!`);
}

const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
await new Promise(resolve => server.once('listening', resolve));
const { port } = server.address() as AddressInfo;

const builder = new StreamsBuilder();
builder
  .stream<string, string>(INPUT, { valueSerde: Serdes.string(), dropNullValues: true })
  .mapValuesAsync(
    async (value, _key, { signal }) => {
      const response = await fetch(`http://127.0.0.1:${port}/${value}`, { signal });
      const text = await response.text();
      if (!response.ok) throw new Error(`status ${response.status}`);
      return text;
    },
    { maxConcurrent: 16, retries: 5, retryBackoff: 1, timeout: '5s' },
  )
  .to(OUTPUT, { valueSerde: Serdes.string() });

const logger = pino();
const streams = new KafkaStreams(
  builder.build(),
  { applicationId, stateDir, commitInterval: 200 },
  {
    ports: rdKafkaPorts({ brokers, clientId: applicationId }, logger),
    logger,
    onStateChange: state => logger.info(`state ${state}`),
  },
);
process.once('SIGTERM', () => streams.close());
streams.start();
await streams.stopped;
server.closeAllConnections();
server.close();
