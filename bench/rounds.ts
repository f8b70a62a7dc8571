import type { Measurement, MeasureOptions } from './measure.js';
import { measure } from './measure.js';
import type { Peer } from './peer.js';

/** Medians of a peer's runs, each figure by itself. */
export interface PeerSummary extends Measurement {
  readonly runs: number;
}

/** Runs the peers in turns (a, b, a, b, ...), so that a machine that changes its speed changes it for all of them. */
export async function measureInTurns(
  peers: readonly Peer[],
  rounds: number,
  options: MeasureOptions,
  onMeasured: (measurement: Measurement) => void,
): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const peer of peers) {
      const measurement = await measure(peer, options);
      measurements.push(measurement);
      onMeasured(measurement);
    }
  }
  return measurements;
}

/** One summary a peer, in the order of their first run. */
export function summarize(measurements: readonly Measurement[]): readonly PeerSummary[] {
  return [...new Set(measurements.map(({ peer }) => peer))].map(peer => {
    const runs = measurements.filter(measurement => measurement.peer === peer);
    return {
      peer,
      runs: runs.length,
      wallSeconds: median(runs.map(run => run.wallSeconds)),
      recordsPerSecond: median(runs.map(run => run.recordsPerSecond)),
      cpuSeconds: median(runs.map(run => run.cpuSeconds)),
      peakRssBytes: median(runs.map(run => run.peakRssBytes)),
    };
  });
}

/** What `subject` has for each one of `baseline`. */
export interface Ratios {
  readonly recordsPerSecond: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

export function ratios(subject: PeerSummary, baseline: PeerSummary): Ratios {
  return {
    recordsPerSecond: subject.recordsPerSecond / baseline.recordsPerSecond,
    cpuSeconds: subject.cpuSeconds / baseline.cpuSeconds,
    peakRssBytes: subject.peakRssBytes / baseline.peakRssBytes,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper;
}
