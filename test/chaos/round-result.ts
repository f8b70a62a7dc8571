import type { OutputGap, OutputGaps } from './output-watch.js';
import type { RoundPlan } from './plan.js';
import type { ProcessLog } from './process-log.js';

/** A note of what happened, with its moment: milliseconds after the first record. */
export interface Note {
  readonly atMs: number;
  readonly text: string;
}

export interface ProcessHistory {
  readonly name: string;
  /** By start. */
  readonly logs: readonly ProcessLog[];
}

export interface RoundResult {
  readonly plan: RoundPlan;
  readonly notes: readonly Note[];
  readonly produced: number;
  readonly seconds: number;
  /** From the last record sent until all was out. */
  readonly settledMs: number;
  readonly gaps: OutputGaps;
  readonly sendStartedAt: number;
  readonly processes: readonly ProcessHistory[];
  readonly ownEnds: readonly string[];
  /** Nothing if all is right. */
  readonly differences: readonly string[];
  /** Where its logs and state are, if they are kept. */
  readonly directory: string | undefined;
}

/** The round as text for people: one line, and where it failed the differences below it. */
export function roundReport(result: RoundResult): string {
  const { plan, notes, produced, seconds, gaps, processes, ownEnds, differences, directory, settledMs } = result;
  const gap = ({ ms, from }: OutputGap): string =>
    `${(ms / 1000).toFixed(1)} s from ${at(from - result.sendStartedAt)}`;
  const verdict = differences.length === 0 ? 'ok' : 'FAILED';
  const parts = [
    `seed ${plan.seed}: ${verdict}`,
    `${produced} records in ${seconds.toFixed(1)} s by ${plan.processes} at first, ${plan.groupProtocol} protocol, standbys ${plan.standbyReplicas}`,
    `ended by ${plan.ending}, ${(settledMs / 1000).toFixed(1)} s after the last record`,
    `longest gap in output ${gap(gaps.all)}, of one partition ${gap(gaps.one)}`,
    `faults: ${notes.map(({ atMs, text }) => `${at(atMs)} ${text}`).join(', ')}`,
    `replayed at each start (and for tasks got later): ${processes.map(replays).filter(Boolean).join('; ')}`,
    `aborted transactions ${sum(processes, 'aborts')}, new workers ${sum(processes, 'newWorkers')}`,
    `rebuilt: ${processes.flatMap(({ logs }) => logs.flatMap(({ rebuilt }) => rebuilt)).join(', ') || 'none'}`,
    `ended by themselves: ${counted(ownEnds) || 'none'}`,
  ];
  const lines = [parts.join(' | '), ...differences.map(difference => `  ${difference}`)];
  if (directory !== undefined) lines.push(`  kept: ${directory}`);
  return lines.join('\n');
}

/** Each text once, with how often it is there. */
function counted(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, count]) => (count === 1 ? text : `${count} x ${text}`)).join(', ');
}

function at(ms: number): string {
  return `${(ms / 1000).toFixed(1)}s`;
}

function replays({ name, logs }: ProcessHistory): string {
  if (logs.length === 0) return '';
  const starts = logs.map(({ replayedAtStart, replayedLater }) =>
    replayedLater === 0 ? `${replayedAtStart}` : `${replayedAtStart} (+${replayedLater})`,
  );
  return `${name} ${starts.join(', ')}`;
}

function sum(processes: readonly ProcessHistory[], field: 'aborts' | 'newWorkers'): number {
  return processes.flatMap(({ logs }) => logs).reduce((total, log) => total + log[field], 0);
}
