import { fileURLToPath } from 'node:url';

/** The sample users of the project: `--generate 1000 --seed 1`. */
export const SAMPLE_USERS_FILE = fileURLToPath(new URL('../../producer/sample-users.json', import.meta.url));
