import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { CHECKOUT } from '../broker/checkout.js';

/** A command of the application at work. */
export interface RunningCommand {
  readonly child: ChildProcess;
  /** What it wrote so far, to standard output and standard error. */
  readonly output: () => string;
  /** Resolves when the output matches; rejects if the command ends before. */
  seen(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves with the exit code, or the signal that ended it, when all output is there. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Runs `dist/<program>.js`. */
export function runCommand(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): RunningCommand {
  return watched(
    spawn(process.execPath, [path.join(CHECKOUT, 'dist', `${program}.js`), ...args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
}

/** Runs `npm run <script> -- <args>` in a process group of its own. */
export function runNpmScript(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): RunningCommand {
  return watched(
    spawn('npm', ['run', script, '--', ...args], {
      cwd: CHECKOUT,
      env: { ...process.env, npm_config_update_notifier: 'false', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    }),
  );
}

function watched(child: ChildProcessByStdio<null, Readable, Readable>): RunningCommand {
  let output = '';
  const changed = new EventTarget();
  const ended = once(child, 'close').then(([code, signal]: (number | NodeJS.Signals | null)[]) => {
    changed.dispatchEvent(new Event('change'));
    return signal ?? code ?? -1;
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      changed.dispatchEvent(new Event('change'));
    });
  }
  const seen = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(output);
      if (match !== null) return match;
      if (child.exitCode !== null) throw new Error(`it ended before ${pattern}: ${output}`);
      await once(changed, 'change');
    }
  };
  return { child, output: () => output, seen, ended };
}
