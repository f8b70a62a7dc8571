import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { CACHE, CHECKOUT } from '../../test/broker/checkout.js';
import { type GuardedProcess, spawnGuarded } from '../../test/broker/guarded-process.js';
import { mavenJars } from '../../test/broker/maven-jars.js';
import type { Peer, PeerRun } from './peer.js';

const run = promisify(execFile);

const SOURCES = path.join(CHECKOUT, 'bench', 'peers', 'java');

/** The users workload in Java Kafka Streams 4.4.0, compiled. */
export interface JavaPeer {
  readonly classpath: string;
}

export interface JavaPeerOptions extends PeerRun {
  /**
   * As ISO 8601 takes it (`PT10S`). Catching up on a backlog, Java drops records as late that its repartition topics
   * interleave: a right result over ten minutes of event time needs a grace of more than that.
   */
  readonly grace: string;
  /** `num.stream.threads` */
  readonly threads: number;
  /** Options of the JVM; its own defaults if empty. */
  readonly jvmOptions: readonly string[];
}

/** Fetches the jars and compiles the peer; needs a JDK and Maven. Rejects with the compiler's words. */
export async function buildJavaPeer(): Promise<JavaPeer> {
  const jars = path.join(await mavenJars(path.join(SOURCES, 'pom.xml'), 'kafka-streams'), '*');
  const classes = path.join(CACHE, 'java-peer');
  await mkdir(classes, { recursive: true });
  const sources = (await readdir(SOURCES)).filter(name => name.endsWith('.java'));
  await run('javac', ['-nowarn', '-d', classes, '-cp', jars, ...sources.map(name => path.join(SOURCES, name))]);
  return { classpath: `${classes}${path.delimiter}${jars}` };
}

/** Starts the peer; it writes warnings and errors to `peer.log` in its directory. */
export async function runJavaPeer(peer: JavaPeer, options: JavaPeerOptions): Promise<GuardedProcess> {
  const { topics, commitIntervalMs } = options;
  const configuration = {
    'application.id': options.applicationId,
    'bootstrap.servers': options.address,
    'processing.guarantee': 'exactly_once_v2',
    'num.stream.threads': String(options.threads),
    ...(commitIntervalMs === undefined ? {} : { 'commit.interval.ms': String(commitIntervalMs) }),
    'state.dir': path.join(options.directory, 'state'),
    'auto.offset.reset': 'earliest',
    'producer.compression.type': 'lz4',
    'producer.linger.ms': '5',
    'users.topic.in': options.input,
    'users.topic.cleaned': topics.cleaned,
    ...(topics.tables === undefined
      ? {}
      : {
          'users.topic.country-count': topics.tables.countryCount,
          'users.topic.distinct-users': topics.tables.distinctUsers,
        }),
    'users.window.size': `PT${options.windowMs / 1000}S`,
    'users.window.grace': options.grace,
  };
  const file = path.join(options.directory, 'peer.properties');
  await writeFile(
    file,
    Object.entries(configuration)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const args = [...options.jvmOptions, '-Dlog4j2.level=WARN', '-cp', peer.classpath, 'UsersPeer', file];
  return spawnGuarded('java', args, { cwd: options.directory, logFile: path.join(options.directory, 'peer.log') });
}

/** The peer as the measurements run it: one stream thread, the JVM's defaults, nothing late. */
export async function javaPeer(): Promise<Peer> {
  const built = await buildJavaPeer();
  return {
    name: 'Java Kafka Streams 4.4.0',
    topics: applicationId => ({
      cleaned: `${applicationId}-user-cleaned`,
      rejected: undefined,
      tables: {
        countryCount: `${applicationId}-country-count`,
        distinctUsers: `${applicationId}-distinct-users`,
      },
      others: [],
    }),
    start: peerRun => runJavaPeer(built, { ...peerRun, grace: 'PT15M', threads: 1, jvmOptions: [] }),
  };
}
