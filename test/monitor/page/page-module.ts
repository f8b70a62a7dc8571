import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { CHECKOUT } from '../../broker/checkout.js';

/** The page is served as it is written: it is not compiled, so its modules are not beside this one. */
export async function pageModule<Module>(name: string): Promise<Module> {
  return (await import(pathToFileURL(path.join(CHECKOUT, 'monitor', 'page', name)).href)) as Module;
}
