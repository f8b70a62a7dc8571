import { Command, Option } from 'commander';
import { parseArguments } from '../command/arguments.js';
import { withBroker } from './bench-broker.js';
import { loadAgain, SHOP_INPUTS, USERS_INPUT, type WorkloadInput } from './inputs.js';
import type { KeyPlacement } from './load/input-producer.js';
import { line, ratios, summarize } from './measure/figures.js';
import { type Latency, measureLatency } from './measure/latency.js';
import { measure, type RunOptions } from './measure/measure.js';
import { inTurns } from './measure/rounds.js';
import { positive } from './numbers.js';
import {
  type GivenLoad,
  isShop,
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
import { shopJavaPeer, usersJavaPeer } from './peers/java-peer.js';
import type { Peer, PeerTopics, ResultsTopics, UsersTopics } from './peers/peer.js';
import type { ShopWorkload } from './peers/shop-topologies.js';
import { spikePeer } from './peers/spike-peer.js';
import { cleaningApplication, type NodeOptions, shopApplication, usersApplication } from './peers/tributary-peer.js';

const PARTITIONS = 4;
const DEFAULT_COMMIT_INTERVAL_MS = 100;
/** Read once by each peer before what is measured: a new broker compiles itself for a minute, on these processors. */
const WARM_UP_RECORDS = 500_000;

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
        'Java Kafka Streams, or a plain program on node-rdkafka (stateless: spike; large-state: none; others: java)',
      ).choices(PEERS),
    )
    .option('--rounds <n>', 'runs of each (3; large-state: 1)', positive)
    .option('--commit-interval <ms>', 'of each, milliseconds (100; with --latency the default of each)', positive)
    .option('--latency', 'measure the latency of users at a steady rate instead', false)
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
    if (options.latency && isShop(options.workload)) throw new Error('--latency is of the workload users');
    const names = peersOf(options.workload, options.latency ? (options.peer ?? ['none']) : options.peer);
    return { names, node: await otherNode(options) };
  } catch (error) {
    return command.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function main({ names, node }: Awaited<ReturnType<typeof settings>>): Promise<void> {
  await withBroker(async broker => {
    const load = loadOf(options.workload, options, Date.now());
    const commitIntervalMs = options.commitInterval ?? (options.latency ? undefined : DEFAULT_COMMIT_INTERVAL_MS);
    const run = { broker, partitions: PARTITIONS, windowMs: load.workload.windowMs, commitIntervalMs };
    const interval =
      commitIntervalMs === undefined ? 'the default commit interval' : `commits every ${commitIntervalMs} ms`;
    print(`${options.workload}: ${PARTITIONS} partitions, exactly once, ${interval}${shares(load)}`);
    if (isShop(options.workload)) {
      await throughputs(await shopPeers(options.workload, names, node), SHOP_INPUTS[options.workload], run, load);
      return;
    }
    const peers = await usersPeers(names, node);
    if (!options.latency) await throughputs(peers, USERS_INPUT, run, load);
    else for (const keys of load.keys) await latencies(peers, run, keys, load.workload);
  });
}

function shares({ workload }: Load): string {
  if (isShop(options.workload)) return '';
  return `, ${workload.repeatedPercent}% of the emails repeated, ${workload.badPercent}% bad`;
}

async function usersPeers(
  names: readonly ('java' | 'spike')[],
  node: NodeOptions,
): Promise<readonly Peer<UsersTopics>[]> {
  const isStateless = options.workload === 'stateless';
  const ours = isStateless ? cleaningApplication(node) : usersApplication(node);
  const others = names.map(name => (name === 'java' ? usersJavaPeer() : spikePeer(isStateless ? 'cleaning' : 'users')));
  return [ours, ...(await Promise.all(others))];
}

async function shopPeers(
  workload: ShopWorkload,
  names: readonly ('java' | 'spike')[],
  node: NodeOptions,
): Promise<readonly Peer<ResultsTopics>[]> {
  const ours = shopApplication(workload, node);
  return names.includes('java') ? [ours, await shopJavaPeer(workload)] : [ours];
}

async function throughputs<T extends PeerTopics>(
  peers: readonly Peer<T>[],
  input: WorkloadInput<T>,
  options: Omit<RunOptions, 'inputs'>,
  { keys, workload }: Load,
): Promise<void> {
  const run = { ...options, inputs: input.topics };
  const [first] = keys;
  if (first !== undefined) await warmUp(peers, input, run, first, workload);
  for (const placement of keys) await throughput(peers, input, run, placement, workload);
}

/** Lets the broker compile what it runs, so that the peer that is first is not measured with it. */
async function warmUp<T extends PeerTopics>(
  peers: readonly Peer<T>[],
  input: WorkloadInput<T>,
  run: RunOptions,
  keys: KeyPlacement,
  { records, ...workload }: Load['workload'],
): Promise<void> {
  const few = { ...workload, records: Math.min(records, WARM_UP_RECORDS) };
  const right = await loadAgain(run.broker.address, input, { keys, partitions: PARTITIONS, workload: few });
  for (const peer of peers) await measure(peer, { ...run, right });
}

async function throughput<T extends PeerTopics>(
  peers: readonly Peer<T>[],
  input: WorkloadInput<T>,
  run: RunOptions,
  keys: KeyPlacement,
  workload: Load['workload'],
): Promise<void> {
  const right = await loadAgain(run.broker.address, input, { keys, partitions: PARTITIONS, workload });
  print(`keys ${keys}: ${workload.records} records`);
  const measurements = await inTurns(
    peers,
    roundsOf(options.workload, options.rounds),
    peer => measure(peer, { ...run, right }),
    measurement => print(line(measurement)),
  );
  print('medians, each result checked against an independent count:');
  const [ours, ...others] = summarize(measurements);
  for (const summary of [ours, ...others]) if (summary !== undefined) print(line(summary));
  if (ours !== undefined) for (const other of others) print(ratios(ours, other));
}

async function latencies(
  peers: readonly Peer<UsersTopics>[],
  run: Omit<RunOptions, 'inputs'>,
  keys: KeyPlacement,
  workload: Load['workload'],
): Promise<void> {
  const { rate, seconds } = options;
  print(`keys ${keys}: ${rate} records/s for ${seconds} s; from produced to read committed from user-cleaned`);
  const rounds = roundsOf(options.workload, options.rounds);
  const { topics: inputs } = USERS_INPUT;
  await inTurns(
    peers,
    rounds,
    peer => measureLatency(peer, { ...run, inputs, keys, rate, seconds, workload }),
    printLatency,
  );
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
