import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Command, Option } from 'commander';
import { parseArguments } from '../command/arguments.js';
import { withBroker } from './bench-broker.js';
import { loadAgain, SHOP_INPUTS, USERS_INPUT, type WorkloadInput } from './inputs.js';
import { line } from './measure/figures.js';
import { measure, type RunOptions } from './measure/measure.js';
import { positive } from './numbers.js';
import { type GivenLoad, isShop, type Load, loadOf, withLoadOptions } from './options.js';
import { otherNode } from './other-node.js';
import type { Peer, PeerTopics } from './peers/peer.js';
import { SHOP_WORKLOADS, type ShopWorkload } from './peers/shop-topologies.js';
import { type NodeOptions, shopApplication, usersApplication } from './peers/tributary-peer.js';
import { byCategory, type Category } from './profile/categories.js';
import { type CpuProfile, selfTimes } from './profile/cpu-profile.js';
import { SourceLines } from './profile/source-lines.js';
import { scaledTo, table } from './profile/table.js';
import { byRole, type ThreadRole, threadTimes } from './profile/thread-times.js';

const PARTITIONS = 4;

interface Options extends GivenLoad {
  readonly workload: 'users' | ShopWorkload;
  readonly commitInterval: number;
  readonly out: string;
  readonly node?: string;
  readonly checkout?: string;
}

const command = parseArguments(
  withLoadOptions(
    new Command('npm run bench:profile --')
      .description('Where the processor time of a workload goes')
      .addOption(
        new Option('--workload <name>', 'what is done').choices(['users', ...SHOP_WORKLOADS]).default('users'),
      ),
  )
    .option('--commit-interval <ms>', 'milliseconds', positive, 100)
    .option('--out <directory>', 'for the profiles (.cpuprofile)', './profiles')
    .option('--node <path>', 'the Node that runs Tributary')
    .option('--checkout <directory>', 'the checkout that Tributary is run from, with node_modules compiled for --node'),
);
const options = command.opts<Options>();

try {
  await main(await node());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** A Node that can't run Tributary ends the process, as a wrong option does. */
async function node(): Promise<NodeOptions> {
  try {
    return await otherNode(options);
  } catch (error) {
    return command.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function main(node: NodeOptions): Promise<void> {
  await withBroker(async broker => {
    const { workload: name, commitInterval: commitIntervalMs } = options;
    const load = loadOf(name, options, Date.now());
    const run = { broker, partitions: PARTITIONS, windowMs: load.workload.windowMs, commitIntervalMs };
    if (isShop(name)) await profiles(profiled => shopApplication(name, profiled), SHOP_INPUTS[name], node, run, load);
    else await profiles(usersApplication, USERS_INPUT, node, run, load);
  });
}

async function profiles<T extends PeerTopics>(
  peerOn: (node: NodeOptions) => Peer<T>,
  input: WorkloadInput<T>,
  node: NodeOptions,
  run: Omit<RunOptions, 'inputs'>,
  { keys: placements, workload }: Load,
): Promise<void> {
  for (const keys of placements) {
    const directory = path.resolve(options.out, options.workload, keys);
    await mkdir(directory, { recursive: true });
    const before = new Set(await readdir(directory));
    const peer = peerOn({ ...node, nodeArguments: ['--cpu-prof', `--cpu-prof-dir=${directory}`] });
    const right = await loadAgain(run.broker.address, input, { keys, partitions: PARTITIONS, workload });
    let threads: ReadonlyMap<ThreadRole, number> = new Map();
    const measurement = await measure(peer, {
      ...run,
      inputs: input.topics,
      right,
      onLook: pid => {
        const times = threadTimes(pid);
        if (times.length > 0) threads = byRole(pid, times);
      },
    });
    const file = (await readdir(directory)).find(name => !before.has(name));
    if (file === undefined) throw new Error(`no profile in ${directory}`);
    print(`keys ${keys}, with the profiler:`);
    print(line(measurement));
    print(`main thread, us a record (${path.join(directory, file)}):`);
    const categories = scaledTo(await categoriesOf(path.join(directory, file)), threads.get('main') ?? 0);
    print(table(categories, right.records).join('\n'));
    print('all threads, us a record:');
    print(table(threads, right.records).join('\n'));
  }
}

async function categoriesOf(file: string): Promise<ReadonlyMap<Category, number>> {
  const profile: CpuProfile = JSON.parse(await readFile(file, 'utf8'));
  const lines = new SourceLines();
  return byCategory(selfTimes(profile), (url, number) => lines.lineOf(url, number));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
