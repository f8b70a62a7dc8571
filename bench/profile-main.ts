import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { parseArguments } from '../command/arguments.js';
import { deleteTopics } from '../test/broker/topics.js';
import { withBroker } from './bench-broker.js';
import { loadUsers } from './load/load.js';
import { line } from './measure/figures.js';
import { measure } from './measure/measure.js';
import { positive } from './numbers.js';
import { type GivenLoad, loadOf, withLoadOptions } from './options.js';
import { otherNode } from './other-node.js';
import { type NodeOptions, usersApplication } from './peers/tributary-peer.js';
import { byCategory, type Category } from './profile/categories.js';
import { type CpuProfile, selfTimes } from './profile/cpu-profile.js';
import { SourceLines } from './profile/source-lines.js';
import { scaledTo, table } from './profile/table.js';
import { byRole, type ThreadRole, threadTimes } from './profile/thread-times.js';

const INPUT = 'user';
const PARTITIONS = 4;

interface Options extends GivenLoad {
  readonly commitInterval: number;
  readonly out: string;
  readonly node?: string;
  readonly checkout?: string;
}

const command = parseArguments(
  withLoadOptions(
    new Command('npm run bench:profile --').description('Where the processor time of the users workload goes'),
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
    const { keys, workload } = loadOf('users', options, Date.now());
    for (const placement of keys) {
      const directory = path.resolve(options.out, placement);
      await mkdir(directory, { recursive: true });
      const before = new Set(await readdir(directory));
      const peer = usersApplication({ ...node, nodeArguments: ['--cpu-prof', `--cpu-prof-dir=${directory}`] });
      await deleteTopics(broker.address, [INPUT]);
      const expected = await loadUsers(broker.address, INPUT, { keys: placement, partitions: PARTITIONS, workload });
      let threads: ReadonlyMap<ThreadRole, number> = new Map();
      const measurement = await measure(peer, {
        broker,
        input: INPUT,
        expected,
        partitions: PARTITIONS,
        windowMs: workload.windowMs,
        commitIntervalMs: options.commitInterval,
        onLook: pid => {
          const times = threadTimes(pid);
          if (times.length > 0) threads = byRole(pid, times);
        },
      });
      const file = (await readdir(directory)).find(name => !before.has(name));
      if (file === undefined) throw new Error(`no profile in ${directory}`);
      print(`keys ${placement}, with the profiler:`);
      print(line(measurement));
      print(`main thread, us a record (${path.join(directory, file)}):`);
      const categories = scaledTo(await categoriesOf(path.join(directory, file)), threads.get('main') ?? 0);
      print(table(categories, expected.records).join('\n'));
      print('all threads, us a record:');
      print(table(threads, expected.records).join('\n'));
    }
  });
}

async function categoriesOf(file: string): Promise<ReadonlyMap<Category, number>> {
  const profile: CpuProfile = JSON.parse(await readFile(file, 'utf8'));
  const lines = new SourceLines();
  return byCategory(selfTimes(profile), (url, number) => lines.lineOf(url, number));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
