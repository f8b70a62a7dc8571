import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { GuardedProcess } from '../test/broker/guarded-process.js';
import { createTopic, deleteTopics, topicPartitions } from '../test/broker/topics.js';
import { wrongResults } from './check-result.js';
import { untilComplete } from './completion.js';
import { OffsetReader } from './offset-reader.js';
import type { Peer, PeerRun } from './peer.js';
import { ProcessTree, type ResourceUse } from './process-tree.js';
import type { WorkloadResult } from './workload.js';

/** One run of a peer: what it took from the start of its process until its output was complete. */
export interface Measurement {
  readonly peer: string;
  readonly wallSeconds: number;
  /** Records of the input in a second of `wallSeconds`. */
  readonly recordsPerSecond: number;
  /** User and system time of the process and its descendants, at completion. */
  readonly cpuSeconds: number;
  /** Sum of their peaks, at completion. */
  readonly peakRssBytes: number;
}

export interface MeasureOptions {
  readonly address: string;
  readonly input: string;
  /** What was loaded into `input`. */
  readonly expected: WorkloadResult;
  readonly partitions: number;
  readonly windowMs: number;
  readonly commitIntervalMs: number;
}

const QUIET_MS = 3_000;
const STALLED_MS = 30_000;
const TIMEOUT_MS = 300_000;
const STOP_TIMEOUT_MS = 20_000;
const DISCOVER_EVERY = 10;

/**
 * Runs the peer once over the loaded input, with new topics and a new application id, until its output is the right
 * answer, and removes what it left. Rejects, with the end of its log, if it dies or does not come to the right answer.
 */
export async function measure(peer: Peer, options: MeasureOptions): Promise<Measurement> {
  const { address, input, windowMs, commitIntervalMs } = options;
  const applicationId = `bench-${Date.now().toString(36)}`;
  const topics = peer.topics(applicationId);
  const outputs = [topics.cleaned, topics.countryCount, topics.distinctUsers];
  const directory = await mkdtemp(path.join(tmpdir(), 'tributary-bench-'));
  const run: PeerRun = { address, applicationId, input, topics, windowMs, commitIntervalMs, directory };
  try {
    await deleteTopics(address, [...outputs, ...topics.others]);
    for (const topic of [...outputs, ...topics.others]) await createTopic(address, topic, options.partitions);
    const { wallSeconds, use } = await timed(peer, run, outputs, () => wrongResults(address, topics, options.expected));
    return { peer: peer.name, wallSeconds, recordsPerSecond: options.expected.records / wallSeconds, ...use };
  } catch (error) {
    throw new Error(`${peer.name}: ${String(error)}\n${await logs(directory)}`, { cause: error });
  } finally {
    await rm(directory, { recursive: true, force: true });
    const present = [...(await topicPartitions(address)).keys()];
    const internal = present.filter(name => name.startsWith(`${applicationId}-`));
    await deleteTopics(address, [...outputs, ...topics.others, ...internal]);
  }
}

async function timed(
  peer: Peer,
  run: PeerRun,
  outputs: readonly string[],
  wrongResults: () => Promise<readonly string[]>,
): Promise<{ readonly wallSeconds: number; readonly use: ResourceUse }> {
  const offsets = new OffsetReader(run.address, run.applicationId);
  await offsets.connect();
  const startedAt = performance.now();
  const child = await peer.start(run);
  try {
    const uses: { readonly at: number; readonly use: ResourceUse }[] = [];
    const tree = new ProcessTree(child.pid);
    let ended: string | undefined;
    child.exited.then(status => {
      ended = `ended before its output was complete (${status})`;
    });
    const onLook = (at: number) => {
      if (uses.length % DISCOVER_EVERY === 0) tree.discover();
      uses.push({ at, use: tree.sample() });
    };
    const completedAt = await untilComplete(
      offsets,
      { input: run.input, outputs, quietMs: QUIET_MS, stalledMs: STALLED_MS, timeoutMs: TIMEOUT_MS },
      { onLook, failed: () => ended, wrongResults },
    );
    const use = uses.find(({ at }) => at >= completedAt)?.use ?? tree.sample();
    return { wallSeconds: (completedAt - startedAt) / 1000, use };
  } finally {
    await offsets.close();
    await stop(child);
  }
}

async function stop(child: GuardedProcess): Promise<void> {
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
