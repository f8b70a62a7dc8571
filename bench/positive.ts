import { InvalidArgumentError } from 'commander';

/** Parses an argument that counts something. */
export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value <= 0) throw new InvalidArgumentError('a positive whole number is wanted');
  return value;
}
