import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import kafka from 'node-rdkafka';
import type { Ports } from '../../streams/kafka/ports.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { type ConsumerRecord, NO_HEADERS } from '../../streams/kafka/record.js';
import { CERTIFICATE, PRIVATE_KEY } from '../broker/certificate.js';
import { CHECKOUT } from '../broker/checkout.js';
import { freePort } from '../broker/free-port.js';
import { type KafkaBroker, kafkaAvailable, startKafka } from '../broker/kafka-broker.js';
import { mavenJars } from '../broker/maven-jars.js';
import { createTopic } from '../broker/topics.js';
import { TcpProxy } from '../chaos/tcp-proxy.js';

const TOPIC = 'secured';
const PLAIN = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_plain="secret";';
const SCRAM = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';

/** By listener: what it asks of its clients, and a client's settings for that. */
const LISTENERS: readonly { readonly protocol: string; readonly clients: readonly Record<string, string>[] }[] = [
  {
    protocol: 'SASL_SSL',
    clients: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'].map(mechanism => ({
      'security.protocol': 'sasl_ssl',
      'ssl.ca.pem': CERTIFICATE,
      'sasl.mechanism': mechanism,
      'sasl.username': mechanism === 'PLAIN' ? 'plain' : 'scram',
      'sasl.password': 'secret',
    })),
  },
  {
    protocol: 'SASL_PLAINTEXT',
    clients: [
      {
        'security.protocol': 'sasl_plaintext',
        'sasl.mechanism': 'PLAIN',
        'sasl.username': 'plain',
        'sasl.password': 'secret',
      },
    ],
  },
  {
    protocol: 'SSL',
    clients: [
      {
        'security.protocol': 'ssl',
        'ssl.ca.pem': CERTIFICATE,
        'ssl.certificate.pem': CERTIFICATE,
        'ssl.key.pem': PRIVATE_KEY,
      },
    ],
  },
];

describe('the fetcher on a real broker that asks for TLS or SASL', function () {
  this.timeout(120_000);
  const available = kafkaAvailable();
  if (!available.available || !kafka.features.includes('ssl')) {
    it.skip(`skipped: ${available.available ? 'this build of librdkafka lacks ssl' : available.reason}`);
    return;
  }
  let broker: KafkaBroker;
  let directory: string;
  const proxies: TcpProxy[] = [];

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'secured-'));
    const store = path.join(directory, 'broker.pem');
    await writeFile(store, PRIVATE_KEY + CERTIFICATE);
    const trusted = path.join(directory, 'trusted.pem');
    await writeFile(trusted, CERTIFICATE);
    const ports = await Promise.all(LISTENERS.map(() => freePort()));
    const names = [
      'BROKER:PLAINTEXT',
      'CONTROLLER:PLAINTEXT',
      ...LISTENERS.map(({ protocol }, i) => `PROXIED${i}:${protocol}`),
    ];
    broker = await startKafka({
      proxies: ports,
      properties: {
        'listener.security.protocol.map': names.join(','),
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
        ...Object.fromEntries(
          LISTENERS.flatMap((_, i) => [
            [`listener.name.proxied${i}.plain.sasl.jaas.config`, PLAIN],
            [`listener.name.proxied${i}.scram-sha-256.sasl.jaas.config`, SCRAM],
            [`listener.name.proxied${i}.scram-sha-512.sasl.jaas.config`, SCRAM],
          ]),
        ),
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': store,
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': trusted,
        'listener.name.proxied2.ssl.client.auth': 'required',
      },
    });
    for (const { advertised, port } of broker.proxied) proxies.push(await TcpProxy.listen(advertised, () => port));
    await addScramUser(broker.address);
    await createTopic(broker.address, TOPIC, 1);
    const ports0 = rdKafkaPorts({ brokers: broker.address, clientId: 'test' }, logger([]));
    const producer = ports0.producer({ clientId: 'test' });
    await producer.connect();
    producer.send(TOPIC, 0, null, Buffer.from('value'), Date.now(), NO_HEADERS);
    await producer.flush();
    await producer.close();
  });

  after(async () => {
    for (const proxy of proxies) await proxy.close();
    await broker?.stop();
    await rm(directory, { recursive: true });
  });

  const logger = (lines: string[]) => {
    const log = (line: string): void => void lines.push(line);
    return { debug() {}, info: log, warn: log, error: log };
  };
  const address = (listener: number): string => `127.0.0.1:${broker.proxied[listener]?.advertised}`;

  for (const [listener, { protocol, clients }] of LISTENERS.entries()) {
    for (const clientConfig of clients) {
      it(`reads by ${protocol} ${clientConfig['sasl.mechanism'] ?? 'with a certificate of the client'}`, async () => {
        const lines: string[] = [];
        const cluster = { brokers: address(listener), clientId: 'test', clientConfig, fetcher: 'tributary' } as const;
        const records = await read(rdKafkaPorts(cluster, logger(lines)));
        assert.deepEqual(
          records.map(({ value }) => String(value)),
          ['value'],
        );
        assert.deepEqual(lines, []);
      });
    }
  }

  it('leaves the fetches to librdkafka, and says so, with settings that it does not know', async () => {
    const lines: string[] = [];
    const [{ clients } = { clients: [] }] = LISTENERS;
    const clientConfig = { ...clients[0], 'ssl.cipher.suites': 'DEFAULT' };
    const cluster = { brokers: address(0), clientId: 'test', clientConfig, fetcher: 'tributary' } as const;
    const records = await read(rdKafkaPorts(cluster, logger(lines)));
    assert.equal(records.length, 1);
    assert.match(
      lines.join('; '),
      /librdkafka fetches its records, not the fetcher: it does not know ssl.cipher.suites/,
    );
  });
});

async function read(ports: Ports): Promise<readonly ConsumerRecord[]> {
  const consumer = ports.consumer({ clientId: 'test', pollTimeoutMs: 50 });
  await consumer.connect();
  try {
    consumer.assign([{ topic: TOPIC, partition: 0, offset: 0 }]);
    for (;;) {
      const { records } = await consumer.poll(10);
      if (records.length > 0) return records;
    }
  } finally {
    await consumer.close();
  }
}

/** node-rdkafka has no request for it. */
async function addScramUser(address: string): Promise<void> {
  const jars = await mavenJars(path.join(CHECKOUT, 'test', 'broker', 'pom.xml'), 'kafka');
  const tool = ['-XX:TieredStopAtLevel=1', '-cp', path.join(jars, '*'), 'org.apache.kafka.tools.ConfigCommand'];
  for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) {
    const secret = `${mechanism}=[password=secret]`;
    const what = ['--alter', '--add-config', secret, '--entity-type', 'users', '--entity-name', 'scram'];
    await promisify(execFile)('java', [...tool, '--bootstrap-server', address, ...what]);
  }
}
