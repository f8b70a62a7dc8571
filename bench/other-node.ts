import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { type NodeOptions, THIS_NODE } from './peers/tributary-peer.js';

const run = promisify(execFile);

/** The Node and the checkout that the options name. Rejects in one line if node-rdkafka does not load there. */
export async function otherNode(given: { readonly node?: string; readonly checkout?: string }): Promise<NodeOptions> {
  const options: NodeOptions = {
    ...THIS_NODE,
    ...(given.node === undefined ? {} : { node: path.resolve(given.node) }),
    ...(given.checkout === undefined ? {} : { checkout: path.resolve(given.checkout) }),
  };
  if (given.node === undefined && given.checkout === undefined) return options;
  const script =
    "import('node-rdkafka').catch(error => { console.error(error.message.split('\\n')[0]); process.exit(1); })";
  try {
    await run(options.node, ['-e', script], { cwd: options.checkout });
  } catch (error) {
    const reason = error instanceof Error && 'stderr' in error && error.stderr ? error.stderr : String(error);
    throw new Error(
      `node-rdkafka in ${options.checkout} does not load on ${options.node}: ${String(reason).trim()}; ` +
        'its node_modules must be compiled for that Node (test/on-node.sh shows how), and --checkout names it',
    );
  }
  return options;
}
