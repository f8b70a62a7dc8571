import { Command, Option } from 'commander';
import { parseArguments } from '../command/arguments.js';
import { DEFAULT_TOPICS } from '../command/users-topics.js';
import { kafkaAvailable, startKafka } from '../test/broker/kafka-broker.js';
import { javaPeer } from './java-peer.js';
import { loadUsers } from './load.js';
import type { Measurement } from './measure.js';
import { positive } from './positive.js';
import { measureInTurns, ratios, summarize } from './rounds.js';
import { tributaryPeer } from './tributary-peer.js';

const INPUT = DEFAULT_TOPICS.user;
const PARTITIONS = 4;
const WINDOW_MS = 60_000;

const command = parseArguments(
  new Command('npm run bench --')
    .description('The users workload in Tributary and in Java Kafka Streams, in turns, on a broker of its own')
    .option('--users <n>', 'records of the input', positive, 1_000_000)
    .option('--rounds <n>', 'runs of each', positive, 3)
    .option('--commit-interval <ms>', 'of both, milliseconds', positive, 100)
    .addOption(new Option('--only <peer>', 'instead of both').choices(['tributary', 'java'])),
);
const options = command.opts<{ users: number; rounds: number; commitInterval: number; only?: 'tributary' | 'java' }>();

const available = kafkaAvailable();
if (!available.available) {
  process.stderr.write(`no benchmark without a broker: ${available.reason}\n`);
  process.exit(1);
}
const broker = await startKafka();
try {
  const expected = await loadUsers(broker.address, INPUT, { users: options.users, partitions: PARTITIONS });
  print(`${options.users} users, ${PARTITIONS} partitions, exactly once, commits every ${options.commitInterval} ms`);
  const peers = [
    ...(options.only === 'java' ? [] : [tributaryPeer()]),
    ...(options.only === 'tributary' ? [] : [await javaPeer()]),
  ];
  const measurements = await measureInTurns(
    peers,
    options.rounds,
    {
      address: broker.address,
      input: INPUT,
      expected,
      partitions: PARTITIONS,
      windowMs: WINDOW_MS,
      commitIntervalMs: options.commitInterval,
    },
    measurement => print(line(measurement)),
  );
  const [subject, baseline] = summarize(measurements);
  print('medians, each result checked against an independent count:');
  for (const summary of [subject, baseline]) if (summary !== undefined) print(line(summary));
  if (subject !== undefined && baseline !== undefined) {
    const { recordsPerSecond, cpuSeconds, peakRssBytes } = ratios(subject, baseline);
    print(
      `${subject.peer} to ${baseline.peer}: records/s ${recordsPerSecond.toFixed(2)}, ` +
        `CPU seconds ${cpuSeconds.toFixed(2)}, peak memory ${peakRssBytes.toFixed(2)}`,
    );
  }
} finally {
  await broker.stop();
}

function line({ peer, wallSeconds, recordsPerSecond, cpuSeconds, peakRssBytes }: Measurement): string {
  return [
    peer.padEnd(26),
    `${wallSeconds.toFixed(1).padStart(6)} s`,
    `${Math.round(recordsPerSecond).toString().padStart(7)} records/s`,
    `${cpuSeconds.toFixed(1).padStart(6)} CPU s`,
    `${Math.round(peakRssBytes / 1e6)
      .toString()
      .padStart(5)} MB`,
  ].join('  ');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
