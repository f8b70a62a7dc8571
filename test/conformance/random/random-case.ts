import type { ConformanceCase } from '../case-file.js';
import { Draft } from './draft.js';
import { randomInput } from './inputs.js';
import { declareTopology } from './plans.js';
import { type Profile, traitsOf } from './profiles.js';
import { Random } from './random.js';
import { addSinks } from './steps/sinks.js';
import { dependsOnTasks } from './task-time.js';

/**
 * A random topology with random input, without output and stores: Java computes these. A seed and a profile always give
 * the same case.
 */
export function randomCase(seed: number, profile: Profile): ConformanceCase {
  for (let attempt = 0; ; attempt++) {
    const draft = new Draft(new Random(`${profile}/${seed}/${attempt}`), traitsOf(profile));
    const possible = draft.attempt(() => {
      declareTopology(draft, profile);
      addSinks(draft);
      return true;
    });
    if (possible === undefined || !isOfUse(draft)) continue;
    return {
      name: `random-${profile}-${seed}`,
      about: `random, profile ${profile}${draft.ties ? ', internal topics may tie' : ''}`,
      order: draft.ties ? 'topic' : 'total',
      config: draft.config,
      topology: draft.operations,
      input: randomInput(draft),
      output: [],
      stores: {},
    };
  }
}

/** The case has a sink, is small enough to be read, and is not about Java's test driver. */
function isOfUse({ operations }: Draft): boolean {
  if (dependsOnTasks(operations)) return false;
  const count = operations.filter(({ op }) => op !== 'to' && op !== 'store').length;
  return count >= 2 && count <= 18 && operations.some(({ op }) => op === 'to');
}
