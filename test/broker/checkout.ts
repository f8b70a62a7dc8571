import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout, seen from the compiled file (`dist/test/broker/`). */
export const CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url));

/** What is fetched or built once a checkout; not under version control. */
export const CACHE = path.join(CHECKOUT, '.cache');
