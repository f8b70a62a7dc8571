import type { Cluster } from '../cluster.js';
import type { Deployment } from '../deployment.js';

/** What a scenario works on. */
export interface Stage {
  readonly cluster: Cluster;
  readonly seed: number;
  readonly users: number;
  /** A new application of so many processes, not started. It is closed when the scenario is over. */
  deploy(processes: number, environment: Readonly<Record<string, string>>): Promise<Deployment>;
  /** A line with figures for the report. */
  report(line: string): void;
  /** What is not as it must be. */
  fail(text: string): void;
}

/** A named course of events with the figures that it has to show. */
export interface Scenario {
  /** For people. */
  readonly description: string;
  /** Where the caller gives no number. */
  readonly users: number;
  /** Settings of its broker. */
  readonly broker?: Readonly<Record<string, string>>;
  /** Processes may end by themselves, and are started again. */
  readonly mayEnd?: boolean;
  readonly run: (stage: Stage) => Promise<void>;
}
