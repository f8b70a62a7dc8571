import { Command, Option } from 'commander';
import { parseArguments } from '../command/arguments.js';
import { DEFAULT_TOPICS } from '../command/users-topics.js';
import { deleteTopics } from '../test/broker/topics.js';
import { withBroker } from './bench-broker.js';
import type { KeyPlacement } from './load/input-producer.js';
import { loadUsers } from './load/load.js';
import type { WorkloadResult } from './load/workload.js';
import { line, ratios, summarize } from './measure/figures.js';
import { type Latency, measureLatency } from './measure/latency.js';
import { measure, type RunOptions } from './measure/measure.js';
import { inTurns } from './measure/rounds.js';
import { positive } from './numbers.js';
import {
  type GivenLoad,
  type Load,
  loadOf,
  PEERS,
  type PeerName,
  peersOf,
  roundsOf,
  WORKLOADS,
  type WorkloadName,
  withLoadOptions,
} from './options.js';
import { otherNode } from './other-node.js';
import { javaPeer } from './peers/java-peer.js';
import type { Peer } from './peers/peer.js';
import { spikePeer } from './peers/spike-peer.js';
import { cleaningApplication, type NodeOptions, usersApplication } from './peers/tributary-peer.js';

const INPUT = DEFAULT_TOPICS.user;
const PARTITIONS = 4;
const DEFAULT_COMMIT_INTERVAL_MS = 100;
/** Read once by each peer before what is measured: a new broker compiles itself for a minute, on these processors. */
const WARM_UP_USERS = 500_000;

interface Options extends GivenLoad {
  readonly workload: WorkloadName;
  readonly peer?: readonly PeerName[];
  readonly rounds?: number;
  readonly commitInterval?: number;
  readonly latency: boolean;
  readonly rate: number;
  readonly seconds: number;
  readonly node?: string;
  readonly checkout?: string;
}

const command = parseArguments(
  withLoadOptions(
    new Command('npm run bench --')
      .description('Tributary and its peers, in turns, on a broker of its own')
      .addOption(new Option('--workload <name>', 'what is done').choices(WORKLOADS).default('users')),
  )
    .addOption(
      new Option(
        '--peer <names...>',
        'Java Kafka Streams, or a plain program on node-rdkafka (users: java; stateless: spike; large-state: none)',
      ).choices(PEERS),
    )
    .option('--rounds <n>', 'runs of each (3; large-state: 1)', positive)
    .option('--commit-interval <ms>', 'of each, milliseconds (100; with --latency the default of each)', positive)
    .option('--latency', 'measure the latency at a steady rate instead', false)
    .option('--rate <n>', 'with --latency: records a second', positive, 10_000)
    .option('--seconds <n>', 'with --latency: how long', positive, 30)
    .option('--node <path>', 'the Node that runs Tributary')
    .option('--checkout <directory>', 'the checkout that Tributary is run from, with node_modules compiled for --node'),
);
const options = command.opts<Options>();

try {
  await main(await settings());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** What depends on several options. A wrong one ends the process, as one that can't be parsed does. */
async function settings(): Promise<{ readonly names: readonly ('java' | 'spike')[]; readonly node: NodeOptions }> {
  try {
    const names = peersOf(options.workload, options.latency ? (options.peer ?? ['none']) : options.peer);
    return { names, node: await otherNode(options) };
  } catch (error) {
    return command.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function main({ names, node }: Awaited<ReturnType<typeof settings>>): Promise<void> {
  await withBroker(async broker => {
    const { keys, workload } = loadOf(options.workload, options, Date.now());
    const peers = await peersFor(names, node);
    const commitIntervalMs = options.commitInterval ?? (options.latency ? undefined : DEFAULT_COMMIT_INTERVAL_MS);
    const run = { broker, input: INPUT, partitions: PARTITIONS, windowMs: workload.windowMs, commitIntervalMs };
    const interval =
      commitIntervalMs === undefined ? 'the default commit interval' : `commits every ${commitIntervalMs} ms`;
    print(
      `${options.workload}: ${PARTITIONS} partitions, exactly once, ${interval}, ` +
        `${workload.repeatedPercent}% of the emails repeated, ${workload.badPercent}% bad`,
    );
    const [first] = keys;
    if (!options.latency && first !== undefined) await warmUp(peers, run, first, workload);
    for (const placement of keys) {
      if (options.latency) await latencies(peers, run, placement, workload);
      else await throughput(peers, run, placement, workload);
    }
  });
}

async function peersFor(names: readonly ('java' | 'spike')[], node: NodeOptions): Promise<readonly Peer[]> {
  const isStateless = options.workload === 'stateless';
  const ours = isStateless ? cleaningApplication(node) : usersApplication(node);
  const others = names.map(name => (name === 'java' ? javaPeer() : spikePeer(isStateless ? 'cleaning' : 'users')));
  return [ours, ...(await Promise.all(others))];
}

/** Lets the broker compile what it runs, so that the peer that is first is not measured with it. */
async function warmUp(
  peers: readonly Peer[],
  run: RunOptions,
  keys: KeyPlacement,
  { users, ...workload }: Load['workload'],
): Promise<void> {
  const expected = await load(run, keys, { ...workload, users: Math.min(users, WARM_UP_USERS) });
  for (const peer of peers) await measure(peer, { ...run, expected });
}

/** Makes the input again. */
async function load(run: RunOptions, keys: KeyPlacement, workload: Load['workload']): Promise<WorkloadResult> {
  await deleteTopics(run.broker.address, [INPUT]);
  return await loadUsers(run.broker.address, INPUT, { keys, partitions: PARTITIONS, workload });
}

async function throughput(
  peers: readonly Peer[],
  run: RunOptions,
  keys: KeyPlacement,
  workload: Load['workload'],
): Promise<void> {
  const expected = await load(run, keys, workload);
  print(`keys ${keys}: ${workload.users} users`);
  const measurements = await inTurns(
    peers,
    roundsOf(options.workload, options.rounds),
    peer => measure(peer, { ...run, expected }),
    measurement => print(line(measurement)),
  );
  print('medians, each result checked against an independent count:');
  const [ours, ...others] = summarize(measurements);
  for (const summary of [ours, ...others]) if (summary !== undefined) print(line(summary));
  if (ours !== undefined) for (const other of others) print(ratios(ours, other));
}

async function latencies(
  peers: readonly Peer[],
  run: RunOptions,
  keys: KeyPlacement,
  workload: Load['workload'],
): Promise<void> {
  const { rate, seconds } = options;
  print(`keys ${keys}: ${rate} records/s for ${seconds} s; from produced to read committed from user-cleaned`);
  const rounds = roundsOf(options.workload, options.rounds);
  await inTurns(peers, rounds, peer => measureLatency(peer, { ...run, keys, rate, seconds, workload }), printLatency);
}

function printLatency({ peer, median, p99, greatest, recordsPerSecond }: Latency): void {
  print(
    `${peer.padEnd(26)}  median ${median} ms  99th percentile ${p99} ms  greatest ${greatest} ms  ` +
      `at ${Math.round(recordsPerSecond)} records/s`,
  );
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
