import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { CACHE, CHECKOUT } from '../broker/checkout.js';
import type { Example } from './examples.js';

const run = promisify(execFile);

/** What examples may use without declaring it. docs/dsl.md describes it. */
const SCOPE = `
interface Order { readonly customerId: string; readonly productId: string; readonly amount: number; readonly tags: readonly string[] }
interface Payment { readonly amount: number }
interface Click { readonly page: string }
interface Customer { readonly name: string; readonly country: string; readonly points: number }
interface Product { readonly name: string; readonly price: number }
declare const builder: import('tributary').StreamsBuilder;
declare const orders: import('tributary').KStream<string, Order>;
declare const payments: import('tributary').KStream<string, Payment>;
declare const clicks: import('tributary').KStream<string, Click>;
declare const customers: import('tributary').KTable<string, Customer>;
declare const products: import('tributary').KTable<string, Product>;
`;

/**
 * Compiles each example as a module of its own, with the compiler and the options of this checkout. Names of the
 * package's entries are imported. Returns what the compiler says, with the file and the line of the example.
 */
export async function compileExamples(examples: readonly Example[]): Promise<string[]> {
  await mkdir(CACHE, { recursive: true });
  // In the checkout, so that the package finds itself by its name.
  const directory = await mkdtemp(path.join(CACHE, 'tsdoc-'));
  try {
    const names = entryNames();
    const files = examples.map((_, index) => `example-${index}.ts`);
    for (const [index, example] of examples.entries()) {
      await writeFile(path.join(directory, `example-${index}.ts`), moduleOf(example, names));
    }
    await writeFile(path.join(directory, 'scope.d.ts'), SCOPE);
    const tsconfig = { compilerOptions: compilerOptions(), files: ['scope.d.ts', ...files] };
    await writeFile(path.join(directory, 'tsconfig.json'), JSON.stringify(tsconfig));
    return errorsOf(examples, await compile(directory));
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The names that each entry of the package exports. A name of several entries is of the first one. */
function entryNames(): ReadonlyMap<string, string> {
  const { exports } = JSON.parse(readFileSync(path.join(CHECKOUT, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, string>>;
  };
  const names = new Map<string, string>();
  for (const [entry, compiled] of Object.entries(exports)) {
    const source = compiled.replace('./dist/', '').replace(/\.js$/, '.ts');
    const text = readFileSync(path.join(CHECKOUT, source), 'utf8');
    for (const [, list = ''] of text.matchAll(/^export (?:type )?\{([^}]*)\} from/gm)) {
      for (const [, name] of list.matchAll(/(?:type )?(?:\w+ as )?(\w+)(?:,|\s*$)/g)) {
        if (name !== undefined && !names.has(name)) names.set(name, `tributary${entry.slice(1)}`);
      }
    }
  }
  return names;
}

/** The imports are on one line, so line n of the example is line n + 1 of the module. */
function moduleOf({ code }: Example, names: ReadonlyMap<string, string>): string {
  const text = code.join('\n');
  const imports = [...names]
    .filter(([name]) => new RegExp(`\\b${name}\\b`).test(text))
    .filter(
      ([name]) => !new RegExp(`^import .*\\b${name}\\b|\\b(const|class|interface|type) ${name}\\b`, 'm').test(text),
    )
    .map(([name, entry]) => `import { ${name} } from '${entry}';`);
  return `${imports.join(' ')}\n${text}\nexport {};\n`;
}

/** Those of the project, without an output. Names may be declared to show a type, and imported with types. */
function compilerOptions(): object {
  const { compilerOptions } = JSON.parse(readFileSync(path.join(CHECKOUT, 'tsconfig.json'), 'utf8')) as {
    readonly compilerOptions: Readonly<Record<string, unknown>>;
  };
  const { rootDir, outDir, tsBuildInfoFile, incremental, declaration, declarationMap, sourceMap, ...options } =
    compilerOptions;
  return { ...options, types: ['node'], noEmit: true, noUnusedLocals: false, verbatimModuleSyntax: false };
}

async function compile(directory: string): Promise<string> {
  const tsc = path.join(CHECKOUT, 'node_modules', 'typescript', 'bin', 'tsc');
  return await run(process.execPath, [tsc, '-p', directory, '--pretty', 'false'], { cwd: directory }).then(
    ({ stdout }) => stdout,
    (error: { readonly stdout: string }) => error.stdout,
  );
}

function errorsOf(examples: readonly Example[], output: string): string[] {
  return output
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => {
      const [, index, at, message] = /^example-(\d+)\.ts\((\d+),\d+\): (.*)$/.exec(line) ?? [];
      const example = examples[Number(index)];
      return example === undefined ? line : `${example.file}:${example.line + Number(at) - 2}: ${message}`;
    });
}
