import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import { CHECKOUT } from '../broker/checkout.js';
import { javaAndMavenAvailable } from '../broker/maven-jars.js';
import { comparableOutput } from '../conformance/case-results.js';
import { answersOfJava, type JavaAnswer } from '../conformance/java-oracle.js';
import { loadCase } from '../conformance/load-cases.js';

const CASES = path.join(CHECKOUT, 'test', 'conformance', 'cases');

describe('Java Kafka Streams', function () {
  this.timeout(120_000);
  const available = javaAndMavenAvailable();
  if (!available.available) {
    it.skip(`skipped: ${available.reason}`);
    return;
  }
  const cases = [
    'window-hopping',
    'ssjoin-outer-order',
    'error-deser-fail',
    'calls-table',
    'proc-two-punctuators',
    'process-unknown-store',
  ].map(name => loadCase(path.join(CASES, `${name}.json`)));
  let answers: readonly JavaAnswer[];

  before(async () => {
    answers = await answersOfJava(cases);
  });

  for (const [index, conformanceCase] of cases.entries()) {
    const { name, about, output, calls, failsAt, buildError, stores } = conformanceCase;
    it(`gives what ${name} says: ${about}`, () => {
      const { error: _, ...answer } = answers[index] ?? assert.fail('no answer');
      assert.deepEqual(
        { calls, failsAt, buildError, ...answer, output: comparableOutput(conformanceCase, answer.output) },
        { output: comparableOutput(conformanceCase, output), calls, failsAt, buildError, stores },
      );
    });
  }

  it('says which case is not in the vocabulary, and why', async () => {
    const [first] = cases;
    assert.ok(first !== undefined);
    const topology = [...first.topology, { op: 'frobnicate', id: 'n99', from: 'n1' }];
    const unknown = { ...first, name: 'unknown-operation', topology };
    await assert.rejects(answersOfJava([first, unknown]), {
      message: /^unknown-operation: a KStream has no operation frobnicate: \{.*\}$/,
    });
  });
});
