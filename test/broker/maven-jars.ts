import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { CACHE } from './checkout.js';

const run = promisify(execFile);

/** Whether something that needs a tool of this machine can run, and if not, why, in words for a person. */
export type Availability = { readonly available: true } | { readonly available: false; readonly reason: string };

const MINIMUM_JAVA = 17;

/** Whether this machine has Java (17 or newer) and Maven. */
export function javaAndMavenAvailable(): Availability {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (java.error || java.status !== 0) return { available: false, reason: 'java is not installed' };
  const version = /version "(\d+)/.exec(java.stderr)?.[1];
  if (version === undefined || Number(version) < MINIMUM_JAVA) {
    return { available: false, reason: `java is version ${version ?? 'unknown'}, ${MINIMUM_JAVA} or newer is needed` };
  }
  const maven = spawnSync('mvn', ['--version'], { encoding: 'utf8' });
  if (maven.error || maven.status !== 0) return { available: false, reason: 'mvn (Maven) is not installed' };
  return { available: true };
}

/**
 * The folder (`.cache/<name>` in the checkout) with the jars that the pom names and all that they need: fetched by Maven
 * at first, and again when the pom has changed. Rejects with Maven's words if it cannot.
 */
export async function mavenJars(pom: string, name: string): Promise<string> {
  const folder = path.join(CACHE, name);
  if (await isCopyOf(pom, folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  // Another process may fetch the same: each into a folder of its own, and only a whole one gets the name.
  const fetched = await mkdtemp(path.join(CACHE, `${name}-`));
  try {
    await run('mvn', ['-B', '-q', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${fetched}`]);
    await run('cp', [pom, path.join(fetched, 'pom.xml')]);
    if (await isCopyOf(pom, folder)) return folder;
    await rm(folder, { recursive: true, force: true });
    await rename(fetched, folder);
  } catch (error) {
    if (await isCopyOf(pom, folder)) return folder;
    throw new Error(`Maven could not fetch ${name}: ${mavenOutput(error)}`, { cause: error });
  } finally {
    await rm(fetched, { recursive: true, force: true });
  }
  return folder;
}

async function isCopyOf(pom: string, folder: string): Promise<boolean> {
  const [wanted, present] = await Promise.all([
    readFile(pom, 'utf8'),
    readFile(path.join(folder, 'pom.xml'), 'utf8').catch(() => undefined),
  ]);
  return wanted === present;
}

function mavenOutput(error: unknown): string {
  if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string' && error.stdout !== '') {
    return error.stdout.trim();
  }
  return String(error);
}
