import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { CHECKOUT } from '../broker/checkout.js';

const run = promisify(execFile);

/** What of the package's own description the tests look at. */
interface PackageJson {
  readonly name: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface Tarball {
  readonly path: string;
  /** Paths in the package. */
  readonly files: readonly string[];
}

/** Packs what is compiled in this checkout. No script runs: `prepack` would delete the files that are just run. */
export async function pack(directory: string): Promise<Tarball> {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', directory];
  const { stdout } = await run('npm', args, { cwd: CHECKOUT });
  const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  if (packed === undefined) throw new Error(`npm pack has packed nothing: ${stdout}`);
  return { path: path.join(directory, packed.filename), files: packed.files.map(file => file.path) };
}

/** Type-checked as strictly as can be: the library's declarations too. */
const TSCONFIG = {
  compilerOptions: {
    target: 'ES2022',
    module: 'NodeNext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
  },
};

/**
 * An empty project into which the package was installed as `npm pack` makes it.
 *
 * Its dependencies are links to those of this checkout, since `npm install` would compile librdkafka again: only what package.json
 * declares is linked, so that an import of anything else fails.
 */
export class PackedProject {
  readonly directory: string;
  readonly packageJson: PackageJson;

  private constructor(directory: string, packageJson: PackageJson) {
    this.directory = directory;
    this.packageJson = packageJson;
  }

  static async create(tarball: string): Promise<PackedProject> {
    const directory = await mkdtemp(path.join(tmpdir(), 'tributary-project-'));
    const installed = path.join(directory, 'node_modules', 'tributary');
    await mkdir(installed, { recursive: true });
    await run('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
    const packageJson = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8')) as PackageJson;
    const project = new PackedProject(directory, packageJson);
    await writeFile(path.join(directory, 'package.json'), JSON.stringify({ type: 'module' }));
    await writeFile(path.join(directory, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    await project.install([...Object.keys(packageJson.dependencies), '@types/node']);
    return project;
  }

  /** Links packages of this checkout. */
  async install(packages: readonly string[]): Promise<void> {
    for (const name of packages) {
      const link = path.join(this.directory, 'node_modules', name);
      await mkdir(path.dirname(link), { recursive: true });
      await symlink(path.join(CHECKOUT, 'node_modules', name), link);
    }
  }

  async copy(file: string): Promise<void> {
    await cp(path.join(CHECKOUT, file), path.join(this.directory, path.basename(file)));
  }

  async write(file: string, text: string): Promise<void> {
    await writeFile(path.join(this.directory, file), text);
  }

  /** Compiles all files of the project. Returns what the compiler says; nothing if all is well. */
  async compile(): Promise<string> {
    const tsc = path.join(CHECKOUT, 'node_modules', 'typescript', 'bin', 'tsc');
    return await run(process.execPath, [tsc, '-p', this.directory]).then(
      ({ stdout }) => stdout,
      (error: { stdout: string }) => error.stdout,
    );
  }

  /** Runs a compiled file; resolves with its standard output. */
  async run(file: string): Promise<string> {
    const { stdout } = await run(process.execPath, [path.join(this.directory, file)], { cwd: this.directory });
    return stdout;
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
