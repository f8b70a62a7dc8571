import { parseArgs } from 'node:util';
import { answerCases } from './answer-cases.js';
import { compareCases } from './compare-cases.js';
import { compareRandomCases, type RandomCases } from './compare-random-cases.js';
import { caseFiles, loadCase } from './load-cases.js';
import { PROFILES } from './random/profiles.js';

const USAGE = `npm run oracle -- FILE...: compares files or folders of conformance cases with what they say
npm run oracle -- --java FILE...: writes what Java gives into them
npm run oracle -- --random COUNT [--seed N] [--profile NAME]: compares random cases with what Java gives`;

type Command =
  | { readonly kind: 'compare' | 'answer'; readonly files: readonly string[] }
  | { readonly kind: 'random'; readonly cases: RandomCases };

/** False if anything differs. */
async function run(command: Command): Promise<boolean> {
  switch (command.kind) {
    case 'compare':
      return (await compareCases(command.files.map(loadCase))).length === 0;
    case 'answer':
      await answerCases(command.files);
      return true;
    case 'random':
      return await compareRandomCases(command.cases);
  }
}

/** Throws in words for the user if the arguments make no sense. */
function readCommand(): Command {
  const { values, positionals } = parseArgs({
    options: {
      java: { type: 'boolean', default: false },
      random: { type: 'string' },
      seed: { type: 'string' },
      profile: { type: 'string' },
    },
    allowPositionals: true,
  });
  const { java, random, profile: name } = values;
  const isRandom = random !== undefined;
  if (isRandom ? java || positionals.length > 0 : positionals.length === 0) throw new Error(USAGE);
  if (!isRandom && (name !== undefined || values.seed !== undefined)) throw new Error(USAGE);
  if (!isRandom) return { kind: java ? 'answer' : 'compare', files: positionals.flatMap(caseFiles) };
  const profile = PROFILES.find(candidate => candidate === name);
  if (name !== undefined && profile === undefined) throw new Error(`--profile must be one of ${PROFILES.join(', ')}`);
  const seed = values.seed === undefined ? Math.floor(Math.random() * 1e6) : wholeNumber('--seed', values.seed);
  return { kind: 'random', cases: { count: wholeNumber('--random', random), seed, profile } };
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${option} must be a whole number, not ${text}`);
  return Number(text);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

let command: Command | undefined;
try {
  command = readCommand();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 2;
}
if (command !== undefined) {
  try {
    process.exitCode = (await run(command)) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
