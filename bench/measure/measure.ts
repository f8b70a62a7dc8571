import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { GuardedProcess } from '../../test/broker/guarded-process.js';
import type { KafkaBroker } from '../../test/broker/kafka-broker.js';
import { createTopic, deleteTopics, topicPartitions } from '../../test/broker/topics.js';
import { type Peer, type PeerRun, type PeerTopics, writtenTopics } from '../peers/peer.js';
import { untilComplete } from './completion.js';
import type { Figures, Measurement } from './figures.js';
import { firstOutput } from './first-output.js';
import { OffsetReader } from './offset-reader.js';
import { ProcessTree, type ResourceUse } from './process-tree.js';
import { lastToFirst, type Progress } from './progress.js';
import type { RightAnswer } from './right-answer.js';
import { WrittenBytes } from './written-bytes.js';

export interface RunOptions {
  readonly broker: Pick<KafkaBroker, 'address' | 'pid' | 'dataDirectory'>;
  /** The topics of the input. */
  readonly inputs: readonly string[];
  readonly partitions: number;
  readonly windowMs: number;
  /** undefined: the peer's default. */
  readonly commitIntervalMs: number | undefined;
}

export interface MeasureOptions<T extends PeerTopics> extends RunOptions {
  /** To what was loaded into `inputs`. */
  readonly right: RightAnswer<T>;
  /** Called at each look at the offsets with the id of the peer's process. */
  readonly onLook?: (pid: number) => void;
}

const QUIET_MS = 3_000;
const STALLED_MS = 30_000;
const TIMEOUT_MS = 600_000;
const STOP_TIMEOUT_MS = 20_000;
const DISCOVER_EVERY = 10;

/**
 * Runs the peer once over the loaded input, with new topics and a new application id, until its output is the right
 * answer, and removes what it left. Rejects, with the end of its log, if it dies or does not come to the right answer.
 */
export async function measure<T extends PeerTopics>(peer: Peer<T>, options: MeasureOptions<T>): Promise<Measurement> {
  return await withTopics(peer, options, async run => {
    return { peer: peer.name, ...(await timed(peer, run, options)) };
  });
}

/** Calls `use` with the peer's topics created and a directory for its process, and removes both after it. */
export async function withTopics<T extends PeerTopics, R>(
  peer: Peer<T>,
  { broker, inputs, partitions, windowMs, commitIntervalMs }: RunOptions,
  use: (run: PeerRun<T>) => Promise<R>,
): Promise<R> {
  const { address } = broker;
  const applicationId = `bench-${Date.now().toString(36)}`;
  const topics = peer.topics(applicationId);
  const names = writtenTopics(topics);
  const directory = await mkdtemp(path.join(tmpdir(), 'tributary-bench-'));
  try {
    await deleteTopics(address, names);
    for (const name of names) await createTopic(address, name, partitions);
    return await use({ address, applicationId, inputs, partitions, topics, windowMs, commitIntervalMs, directory });
  } catch (error) {
    throw new Error(`${peer.name}: ${String(error)}\n${await logs(directory)}`, { cause: error });
  } finally {
    await rm(directory, { recursive: true, force: true });
    const present = [...(await topicPartitions(address)).keys()];
    const internal = present.filter(name => name.startsWith(`${applicationId}-`));
    await deleteTopics(address, [...names, ...internal]);
  }
}

async function timed<T extends PeerTopics>(
  peer: Peer<T>,
  run: PeerRun<T>,
  options: MeasureOptions<T>,
): Promise<Figures> {
  const outputs = run.topics.checked;
  const offsets = new OffsetReader(run.address, run.applicationId);
  await offsets.connect();
  const written = new WrittenBytes(options.broker.dataDirectory);
  const broker = new ProcessTree(options.broker.pid);
  broker.discover();
  const brokerBefore = broker.sample().cpuSeconds;
  const stopping = new AbortController();
  const startedAt = performance.now();
  const child = await peer.start(run);
  const first = firstOutput(run.address, outputs, stopping.signal);
  // Awaited at the end; a failure before that must not end the process.
  first.catch(() => {});
  try {
    const uses: { readonly at: number; readonly use: ResourceUse; readonly broker: number }[] = [];
    const progress: Progress[] = [];
    const tree = new ProcessTree(child.pid);
    let ended: string | undefined;
    child.exited.then(status => {
      ended = `ended before its output was complete (${status})`;
    });
    const onLook = (at: number) => {
      if (uses.length % DISCOVER_EVERY === 0) {
        tree.discover();
        written.look();
      }
      uses.push({ at, use: tree.sample(), broker: broker.sample().cpuSeconds });
      options.onLook?.(child.pid);
    };
    const onCommitted = (at: number, records: number) => progress.push({ at, records });
    const completedAt = await untilComplete(
      offsets,
      { inputs: run.inputs, outputs, quietMs: QUIET_MS, stalledMs: STALLED_MS, timeoutMs: TIMEOUT_MS },
      {
        onLook,
        onCommitted,
        failed: () => ended,
        wrongResults: () => options.right.wrongResults(run.address, run.topics),
      },
    );
    written.look();
    // By then there is an output, if there is to be one.
    stopping.abort();
    const firstAt = (await first) ?? Number.NaN;
    const last = uses.find(({ at }) => at >= completedAt) ?? uses.at(-1);
    const isOutput = (topic: string) => writtenTopics(run.topics).includes(topic);
    const wallSeconds = (completedAt - startedAt) / 1000;
    return {
      wallSeconds,
      recordsPerSecond: options.right.records / wallSeconds,
      cpuSeconds: last?.use.cpuSeconds ?? Number.NaN,
      brokerCpuSeconds: (last?.broker ?? Number.NaN) - brokerBefore,
      peakRssBytes: last?.use.peakRssBytes ?? Number.NaN,
      firstOutputSeconds: (firstAt - startedAt) / 1000,
      internalBytes: written.of(topic => topic.startsWith(`${run.applicationId}-`) && !isOutput(topic)),
      outputBytes: written.of(isOutput),
      lastToFirst: lastToFirst(progress, options.right.records),
    };
  } finally {
    stopping.abort();
    await offsets.close();
    await stop(child);
  }
}

/** Ends the peer in order, or by SIGKILL if that takes too long. */
export async function stop(child: GuardedProcess): Promise<void> {
  child.signal('SIGTERM');
  const overdue = setTimeout(() => child.signal('SIGKILL'), STOP_TIMEOUT_MS);
  await child.exited;
  clearTimeout(overdue);
}

/** The end of what the peer wrote into `peer.log` of its directory. */
async function logs(directory: string): Promise<string> {
  const log = await readFile(path.join(directory, 'peer.log'), 'utf8').catch(() => '');
  return log.slice(-2000);
}
