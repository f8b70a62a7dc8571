/** What one run took from the start of its process until its output was complete. */
export interface Figures {
  readonly wallSeconds: number;
  /** Records of the input in a second of `wallSeconds`. */
  readonly recordsPerSecond: number;
  /** User and system time of the process and its descendants, at completion. */
  readonly cpuSeconds: number;
  /** The same of the broker, since the start of the run. */
  readonly brokerCpuSeconds: number;
  /** Sum of the peaks of the process and its descendants, at completion. */
  readonly peakRssBytes: number;
  /** From the start of the process until a read_committed consumer could read the first record of the output. */
  readonly firstOutputSeconds: number;
  /** Bytes that the broker stored in topics which only the application reads: repartition topics, changelogs. */
  readonly internalBytes: number;
  /** Bytes that the broker stored in the topics of the output. */
  readonly outputBytes: number;
  /** The rate of the last million records to that of the first, or of fifths of a smaller input. */
  readonly lastToFirst: number;
}

export interface Measurement extends Figures {
  readonly peer: string;
}

/** Medians of a peer's runs, each figure by itself. */
export interface PeerSummary extends Measurement {
  readonly runs: number;
}

/** One summary a peer, in the order of their first run. */
export function summarize(measurements: readonly Measurement[]): readonly PeerSummary[] {
  return [...new Set(measurements.map(({ peer }) => peer))].map(peer => {
    const runs = measurements.filter(measurement => measurement.peer === peer);
    const of = (figure: keyof Figures) => median(runs.map(run => run[figure]));
    return {
      peer,
      runs: runs.length,
      wallSeconds: of('wallSeconds'),
      recordsPerSecond: of('recordsPerSecond'),
      cpuSeconds: of('cpuSeconds'),
      brokerCpuSeconds: of('brokerCpuSeconds'),
      peakRssBytes: of('peakRssBytes'),
      firstOutputSeconds: of('firstOutputSeconds'),
      internalBytes: of('internalBytes'),
      outputBytes: of('outputBytes'),
      lastToFirst: of('lastToFirst'),
    };
  });
}

/** One run, or the medians of several, as a line of text. */
export function line(figures: Measurement): string {
  return [
    figures.peer.padEnd(26),
    `${figures.wallSeconds.toFixed(1).padStart(6)} s`,
    `${Math.round(figures.recordsPerSecond).toString().padStart(7)} records/s`,
    `${figures.cpuSeconds.toFixed(1).padStart(6)} CPU s`,
    `${megabytes(figures.peakRssBytes)} MB peak`,
    `${figures.firstOutputSeconds.toFixed(1).padStart(5)} s to first output`,
    `${megabytes(figures.internalBytes)} MB internal`,
    `${megabytes(figures.outputBytes)} MB output`,
    `${figures.brokerCpuSeconds.toFixed(1).padStart(6)} broker CPU s`,
    `last/first ${figures.lastToFirst.toFixed(2)}`,
  ].join('  ');
}

/** What `subject` has for each one of `baseline`, as a line of text. */
export function ratios(subject: Measurement, baseline: Measurement): string {
  const ratio = (figure: keyof Figures) => (subject[figure] / baseline[figure]).toFixed(2);
  return (
    `${subject.peer} to ${baseline.peer}: records/s ${ratio('recordsPerSecond')}, CPU seconds ${ratio('cpuSeconds')}, ` +
    `peak memory ${ratio('peakRssBytes')}, bytes to topics ${(written(subject) / written(baseline)).toFixed(2)}, ` +
    `broker's CPU seconds ${ratio('brokerCpuSeconds')}`
  );
}

function written({ internalBytes, outputBytes }: Figures): number {
  return internalBytes + outputBytes;
}

function megabytes(bytes: number): string {
  return Math.round(bytes / 1e6)
    .toString()
    .padStart(5);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper;
}
