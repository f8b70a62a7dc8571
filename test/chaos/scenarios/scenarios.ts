import { backlog } from './backlog.js';
import { instances } from './instances.js';
import { rollingRestart } from './rolling-restart.js';
import type { Scenario } from './scenario.js';
import { topicRemade } from './topic-remade.js';
import { twoSources } from './two-sources.js';
import { weekend } from './weekend.js';

export const SCENARIOS = {
  backlog,
  'rolling-restart': rollingRestart,
  instances,
  'topic-remade': topicRemade,
  weekend,
  'two-sources': twoSources,
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof SCENARIOS;
