import { writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { ConformanceCase } from './case-file.js';
import { comparableOutput } from './case-results.js';
import { textOfCase } from './case-text.js';
import { answersOfJava, type CaseResults, type JavaAnswer, type UnansweredCase } from './java-oracle.js';
import { loadCase } from './load-cases.js';

const RESULTS: ReadonlySet<string> = new Set(['output', 'calls', 'failsAt', 'buildError', 'stores']);

/** Writes what Java gives into the files of cases that say something else, or nothing yet. Prints which they are. */
export async function answerCases(files: readonly string[]): Promise<void> {
  const cases = files.map(loadCase);
  const answers = await answersOfJava(cases);
  let written = 0;
  for (const [index, file] of files.entries()) {
    const [conformanceCase, answer] = [cases[index], answers[index]];
    if (conformanceCase === undefined || answer === undefined || isAnswered(conformanceCase, answer)) continue;
    writeFileSync(file, textOfCase(answered(conformanceCase, answer)));
    process.stdout.write(`${file}${reasonOf(answer)}\n`);
    written++;
  }
  process.stdout.write(`${written} written, ${files.length - written} unchanged\n`);
}

/** Whether the case says what Java gives. One that differs on purpose says it in `java`, and there only the output. */
function isAnswered(conformanceCase: UnansweredCase, answer: JavaAnswer): boolean {
  const { differs, java, output } = conformanceCase;
  if (differs === undefined) {
    return isDeepStrictEqual(comparable(conformanceCase, conformanceCase), comparable(conformanceCase, answer));
  }
  const javaOutput = comparableOutput(conformanceCase, java?.output ?? output ?? []);
  return isDeepStrictEqual(javaOutput, comparableOutput(conformanceCase, answer.output));
}

function comparable(
  conformanceCase: UnansweredCase,
  { output, calls = [], failsAt, buildError, stores }: Partial<CaseResults>,
): unknown {
  const records = output === undefined ? undefined : comparableOutput(conformanceCase, output);
  return { output: records, calls, failsAt, buildError, stores };
}

/** The case with what Java gives. */
export function answered(conformanceCase: ConformanceCase, answer: JavaAnswer): ConformanceCase {
  if (conformanceCase.differs !== undefined) return { ...conformanceCase, java: { output: answer.output } };
  const question = Object.entries(conformanceCase).filter(([name]) => !RESULTS.has(name));
  const { error: _, ...results } = answer;
  return { ...(Object.fromEntries(question) as UnansweredCase), ...results };
}

function reasonOf({ failsAt, error, buildError }: JavaAnswer): string {
  if (buildError !== undefined) return `: Java refuses the topology: ${buildError}`;
  return failsAt === undefined ? '' : `: input ${failsAt} fails: ${error}`;
}
