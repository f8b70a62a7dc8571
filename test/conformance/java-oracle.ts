import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { CACHE, CHECKOUT } from '../broker/checkout.js';
import { mavenJars } from '../broker/maven-jars.js';
import type { ConformanceCase } from './case-file.js';

const run = promisify(execFile);

const SOURCES = path.join(CHECKOUT, 'test', 'conformance', 'java');

/** The results of a case. A new case does not have them yet. */
export type CaseResults = Pick<ConformanceCase, 'output' | 'calls' | 'failsAt' | 'buildError' | 'stores'>;

export type UnansweredCase = Omit<ConformanceCase, keyof CaseResults> & Partial<CaseResults>;

export interface JavaAnswer extends CaseResults {
  /** What the input failed with that has stopped the application. */
  readonly error?: string;
}

/**
 * What Java Kafka Streams gives for the cases, in their order. Needs a JDK and Maven, which fetches Kafka Streams at first.
 * Rejects with the names of the cases that are not in the vocabulary, and why.
 */
export async function answersOfJava(cases: readonly UnansweredCase[]): Promise<readonly JavaAnswer[]> {
  const classpath = await compiled();
  const folder = await mkdtemp(path.join(tmpdir(), 'tributary-java-oracle-'));
  try {
    const [questions, answers] = [path.join(folder, 'cases.json'), path.join(folder, 'answers.json')];
    await writeFile(questions, JSON.stringify(cases));
    // State and native libraries go into the folder too: nothing is left behind if Java is killed.
    await run('java', [`-Djava.io.tmpdir=${folder}`, ...JVM, '-cp', classpath, 'JavaOracle', questions, answers]);
    return valid(cases, JSON.parse(await readFile(answers, 'utf8')) as readonly (JavaAnswer | InvalidCase)[]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A short run, much of which is the start. */
const JVM = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

interface InvalidCase {
  readonly invalid: string;
}

function valid(
  cases: readonly UnansweredCase[],
  answers: readonly (JavaAnswer | InvalidCase)[],
): readonly JavaAnswer[] {
  const reasons = answers.flatMap((answer, index) =>
    'invalid' in answer ? [`${cases[index]?.name}: ${answer.invalid}`] : [],
  );
  if (reasons.length > 0) throw new Error(reasons.join('\n'));
  return answers.filter((answer): answer is JavaAnswer => !('invalid' in answer));
}

/** Fetches the jars and compiles the program. Rejects with the compiler's words. */
async function compiled(): Promise<string> {
  const jars = path.join(await mavenJars(path.join(SOURCES, 'pom.xml'), 'kafka-streams-test-utils'), '*');
  const classes = path.join(CACHE, 'java-oracle');
  await mkdir(classes, { recursive: true });
  const sources = (await readdir(SOURCES)).filter(name => name.endsWith('.java'));
  await run('javac', ['-nowarn', '-d', classes, '-cp', jars, ...sources.map(name => path.join(SOURCES, name))]);
  return `${classes}${path.delimiter}${jars}`;
}
