import path from 'node:path';
import { describe, it } from 'mocha';
import { CHECKOUT } from '../broker/checkout.js';
import { loadCases } from './load-cases.js';
import { NotBuilt } from './not-built.js';
import { runCase } from './run-case.js';
import { topologyOfCase } from './topology-of-case.js';

/** A folder of cases that may need more than the library has. */
const foreign = process.env.CONFORMANCE_CASES;

describe('the output of Java Kafka Streams', () => {
  const skipped = new Map<string, string[]>();
  for (const conformanceCase of loadCases(foreign ?? path.join(CHECKOUT, 'test/conformance/cases'))) {
    const reason = foreign === undefined ? undefined : notBuilt(() => topologyOfCase(conformanceCase, []));
    if (reason === undefined) {
      const { name, about, differs } = conformanceCase;
      const title = `${name}: ${about}`;
      it(differs === undefined ? title : `${title} (differs: ${differs})`, () => runCase(conformanceCase));
    } else {
      skipped.set(reason, [...(skipped.get(reason) ?? []), conformanceCase.name]);
    }
  }
  for (const [reason, names] of skipped) it(`${reason}: ${names.length} cases: ${names.join(', ')}`);
});

/** Why a topology can't be declared; undefined if it can. */
function notBuilt(declare: () => unknown): string | undefined {
  try {
    declare();
    return undefined;
  } catch (error) {
    if (error instanceof NotBuilt) return error.message;
    throw error;
  }
}
