import { access, constants, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError } from 'tributary';

/**
 * Creates the directory of the application's state. Throws a ConfigError that names STATE_DIR if nothing can be written
 * there.
 */
export async function checkStateDir({
  stateDir,
  applicationId,
}: {
  readonly stateDir: string;
  readonly applicationId: string;
}): Promise<void> {
  const directory = path.join(stateDir, applicationId);
  await checked(`STATE_DIR ${stateDir} can't be used`, async () => {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  });
}

/** Throws a ConfigError that names `--file` if it can't be read. `-` is standard input. */
export async function checkUsersFile(file: string): Promise<void> {
  if (file === '-') return;
  await checked('--file', async () => {
    await access(file, constants.R_OK);
    if ((await stat(file)).isDirectory()) throw new Error(`EISDIR: ${file} is a directory`);
  });
}

async function checked(setting: string, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    throw new ConfigError(`${setting}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
