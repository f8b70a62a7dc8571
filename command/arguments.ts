import type { Command } from 'commander';
import { WRONG_SETTING } from './exit-codes.js';

/**
 * Parses the arguments of a command. Help is printed, and ends the process. An unknown or wrong argument is reported in
 * one line on standard error, and ends the process with exit code 2.
 */
export function parseArguments(command: Command): Command {
  return command
    .configureOutput({ outputError: (text, write) => write(`${oneLine(text)}\n`) })
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : WRONG_SETTING))
    .parse();
}

/** The text of commander's error, without its prefix. */
export function oneLine(text: string): string {
  return text
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ');
}
