import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { CACHE, CHECKOUT } from '../../test/broker/checkout.js';
import { type GuardedProcess, spawnGuarded } from '../../test/broker/guarded-process.js';
import { mavenJars } from '../../test/broker/maven-jars.js';
import {
  type Peer,
  type PeerRun,
  type PeerTopics,
  type ResultsTopics,
  resultsTopics,
  type UsersTopics,
  usersTopics,
} from './peer.js';
import { GRACE_MS, type ShopWorkload } from './shop-topologies.js';

const run = promisify(execFile);

const SOURCES = path.join(CHECKOUT, 'bench', 'peers', 'java');

const NAME = 'Java Kafka Streams 4.4.0';

/**
 * Catching up on a backlog, Java drops records as late that its repartition topics interleave: a right result over ten
 * minutes of event time needs a grace of more than that.
 */
const USERS_GRACE_MS = 15 * 60_000;

/** The users workload with one stream thread and the JVM's defaults. */
export async function usersJavaPeer(): Promise<Peer<UsersTopics>> {
  const classpath = await compiled();
  return {
    name: NAME,
    topics: applicationId =>
      usersTopics({
        cleaned: `${applicationId}-user-cleaned`,
        rejected: `${applicationId}-user-rejected`,
        tables: {
          countryCount: `${applicationId}-country-count`,
          distinctUsers: `${applicationId}-distinct-users`,
        },
      }),
    start: run =>
      started(classpath, run, {
        'peer.workload': 'users',
        'peer.topic.cleaned': run.topics.cleaned,
        'processing.exception.handler': 'org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler',
        'errors.dead.letter.queue.topic.name': run.topics.rejected,
        ...(run.topics.tables === undefined
          ? {}
          : {
              'peer.topic.country-count': run.topics.tables.countryCount,
              'peer.topic.distinct-users': run.topics.tables.distinctUsers,
            }),
        'peer.window.grace': iso(USERS_GRACE_MS),
      }),
  };
}

/** A workload of the shop, in the same way. */
export async function shopJavaPeer(workload: ShopWorkload): Promise<Peer<ResultsTopics>> {
  const classpath = await compiled();
  return {
    name: NAME,
    topics: resultsTopics,
    start: run =>
      started(classpath, run, {
        'peer.workload': workload,
        'peer.topic.results': run.topics.results,
        'peer.window.grace': iso(GRACE_MS),
      }),
  };
}

/** Fetches the jars and compiles the peer; needs a JDK and Maven. Rejects with the compiler's words. */
async function compiled(): Promise<string> {
  const jars = path.join(await mavenJars(path.join(SOURCES, 'pom.xml'), 'kafka-streams'), '*');
  const classes = path.join(CACHE, 'java-peer');
  await mkdir(classes, { recursive: true });
  const sources = (await readdir(SOURCES)).filter(name => name.endsWith('.java'));
  await run('javac', ['-nowarn', '-d', classes, '-cp', jars, ...sources.map(name => path.join(SOURCES, name))]);
  return `${classes}${path.delimiter}${jars}`;
}

/** Starts the peer; it writes warnings and errors to `peer.log` in its directory. */
async function started(
  classpath: string,
  { address, applicationId, commitIntervalMs, directory, inputs, windowMs }: PeerRun<PeerTopics>,
  workload: Readonly<Record<string, string>>,
): Promise<GuardedProcess> {
  const configuration = {
    'application.id': applicationId,
    'bootstrap.servers': address,
    'processing.guarantee': 'exactly_once_v2',
    'num.stream.threads': '1',
    ...(commitIntervalMs === undefined ? {} : { 'commit.interval.ms': String(commitIntervalMs) }),
    'state.dir': path.join(directory, 'state'),
    'auto.offset.reset': 'earliest',
    'producer.compression.type': 'lz4',
    'producer.linger.ms': '5',
    'peer.topics.in': inputs.join(','),
    'peer.window.size': iso(windowMs),
    ...workload,
  };
  const file = path.join(directory, 'peer.properties');
  await writeFile(
    file,
    Object.entries(configuration)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  return spawnGuarded('java', ['-Dlog4j2.level=WARN', '-cp', classpath, 'Peer', file], {
    cwd: directory,
    logFile: path.join(directory, 'peer.log'),
  });
}

/** As `java.time.Duration` takes it. */
function iso(milliseconds: number): string {
  return `PT${milliseconds / 1000}S`;
}
