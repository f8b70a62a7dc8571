import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'mocha';
import { CHECKOUT } from '../../broker/checkout.js';
import type { ConformanceCase } from '../case-file.js';
import { text } from '../functions/text.js';
import { loadCases } from '../load-cases.js';
import { driverOf, pipe } from '../run-case.js';
import { PROFILES } from './profiles.js';
import { randomCase } from './random-case.js';
import { wordsOf } from './words.js';

const seeds = Array.from({ length: 4 }, (_, seed) => seed);

describe('random conformance cases', () => {
  for (const profile of PROFILES) {
    it(`of ${profile}: a seed gives one case, and another seed another one`, () => {
      assert.deepEqual(randomCase(7, profile), randomCase(7, profile));
      assert.notDeepEqual(randomCase(7, profile), { ...randomCase(8, profile), name: randomCase(7, profile).name });
    });

    it(`of ${profile} run, unless a record is meant to fail`, async () => {
      for (const seed of seeds) await assertThatItRuns(randomCase(seed, profile));
    });
  }

  it('reach the vocabulary of the cases', () => {
    const random = new Set(PROFILES.flatMap(profile => manyCases(profile).flatMap(wordsOf)));
    const ofCases = new Set(loadCases(path.join(CHECKOUT, 'test/conformance/cases')).flatMap(wordsOf));
    const missing = [...ofCases].filter(word => !random.has(word) && !BY_HAND.has(word));
    assert.deepEqual(missing.sort(), []);
    assert.deepEqual(
      [...BY_HAND].filter(word => random.has(word) || !ofCases.has(word)),
      [],
    );
  });
});

/** Words that only cases made by hand have. */
const BY_HAND = new Set(['config emitIntervalMs', 'globalStore with id']);

function manyCases(profile: (typeof PROFILES)[number]): readonly ConformanceCase[] {
  return Array.from({ length: 200 }, (_, seed) => randomCase(seed, profile));
}

/** What stops an application on purpose. */
const MEANT = [/fails on/, /deserialization failed/, /is to stop when full/, /timestamp/];

async function assertThatItRuns(conformanceCase: ConformanceCase): Promise<void> {
  // A sink waits for its topic. Java's output, which would name those that a function names, is not there yet.
  const output = topicsByRecord(conformanceCase).map(topic => ({ topic, ts: 0 }));
  const driver = await driverOf({ ...conformanceCase, output }, []);
  try {
    for (const item of conformanceCase.input) await pipe(driver, conformanceCase, item);
  } catch (error) {
    assert.ok(error instanceof Error);
    const reason = `${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`;
    assert.ok(
      error.name === 'StreamsError' && MEANT.some(meant => meant.test(reason)),
      `${conformanceCase.name}: ${error.name}: ${reason}`,
    );
  } finally {
    await driver.close();
  }
}

/** The topics that a sink may name by a record of the input. */
function topicsByRecord({ topology, input }: ConformanceCase): readonly string[] {
  if (!topology.some(({ topicFn }) => topicFn !== undefined)) return [];
  const texts = input.flatMap(item => ('topic' in item ? [text(item.key ?? null), firstOf(item.value)] : []));
  return [...new Set(texts)].map(name => `dyn-${name}`);
}

function firstOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 1) : 'null';
}
