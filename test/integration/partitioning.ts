/** Which partitions get a number: none, two of them, or one. */
export function chosenFor(value: number): number | readonly number[] {
  if (value % 3 === 0) return [];
  return value % 3 === 1 ? [0, 2] : 1;
}

export function topicFor(value: number): string {
  return value % 2 === 0 ? 'partitioning-even' : 'partitioning-odd';
}

/** The task that counts a key. */
export function movedTo(key: string): number {
  return (key.codePointAt(0) ?? 0) % 3;
}
