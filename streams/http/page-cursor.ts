import { badParameter } from './http-error.js';

/** Where a page of a store continues: in this partition, after the store's own cursor, or at its beginning. */
export interface PageCursor {
  readonly partition: number;
  readonly after: string | undefined;
}

const CURSOR = /^(\d{1,9})\.([\w-]*)$/;

/** The text that a client passes as `after`. */
export function encodeCursor({ partition, after = '' }: PageCursor): string {
  return Buffer.from(`${partition}.${after}`).toString('base64url');
}

/** Throws a 400 if the text is not a cursor into a store of `partitions` partitions. */
export function decodeCursor(text: string, partitions: number): PageCursor {
  const [, partition, after] = CURSOR.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (partition === undefined || Number(partition) >= partitions) {
    throw badParameter('after', 'must be the next of an earlier page');
  }
  return { partition: Number(partition), after: after === '' ? undefined : after };
}
