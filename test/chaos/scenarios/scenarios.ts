import { backlog } from './backlog.js';
import { instances } from './instances.js';
import { rollingRestart } from './rolling-restart.js';
import type { Scenario } from './scenario.js';

export const SCENARIOS = {
  backlog,
  'rolling-restart': rollingRestart,
  instances,
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof SCENARIOS;
