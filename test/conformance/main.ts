import { parseArgs } from 'node:util';
import { answerCases } from './answer-cases.js';
import { caseFiles, loadCase } from './load-cases.js';
import { runCase } from './run-case.js';

const USAGE = 'npm run oracle -- [--java] FILE...: files or folders of conformance cases';

interface Arguments {
  /** Write what Java gives into the files. */
  readonly java: boolean;
  readonly files: readonly string[];
}

/** Runs the cases of these files. Prints each difference, and last the sums. */
async function compare(files: readonly string[]): Promise<number> {
  let passed = 0;
  let failed = 0;
  for (const conformanceCase of files.map(loadCase)) {
    try {
      await runCase(conformanceCase);
      passed++;
    } catch (error) {
      failed++;
      process.stdout.write(`${conformanceCase.name}: ${conformanceCase.about}\n${messageOf(error)}\n\n`);
    }
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

async function answer(files: readonly string[]): Promise<number> {
  try {
    await answerCases(files);
    return 0;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  }
}

/** Undefined after a message, if they make no sense. */
function readArguments(): Arguments | undefined {
  try {
    const { values, positionals } = parseArgs({ options: { java: { type: 'boolean' } }, allowPositionals: true });
    if (positionals.length === 0) throw new Error(USAGE);
    return { java: values.java === true, files: positionals.flatMap(caseFiles) };
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const args = readArguments();
if (args === undefined) process.exitCode = 2;
else process.exitCode = await (args.java ? answer : compare)(args.files);
