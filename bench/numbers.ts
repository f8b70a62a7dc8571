import { InvalidArgumentError } from 'commander';

/** Parses an argument that counts something. */
export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value <= 0) throw new InvalidArgumentError('a positive whole number is wanted');
  return value;
}

/** Parses an argument that is a share of a hundred. */
export function percent(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 100)) {
    throw new InvalidArgumentError('a number from 0 to 100 is wanted');
  }
  return value;
}

/** Parses `never`, `always`, or the number from 0 to 100 between them. */
export function share(text: string): number {
  if (text === 'never') return 0;
  if (text === 'always') return 100;
  return percent(text);
}
