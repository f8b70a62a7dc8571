import { z } from 'zod';

const store = z.object({
  restored: z.number().nonnegative(),
  /** Absent until the changelog's end is known. */
  remaining: z.number().nonnegative().optional(),
});
const node = z.object({ received: z.number().nonnegative(), forwarded: z.number().nonnegative() });
const task = z.object({
  id: z.string(),
  state: z.enum(['RESTORING', 'RUNNING']),
  streamTime: z.number(),
  counts: z.object({ in: z.record(z.string(), z.number()), late: z.number() }),
  restoring: z.array(store),
  nodes: z.record(z.string(), node),
});
const status = z.object({
  applicationId: z.string(),
  instance: z.string().nullable(),
  state: z.string(),
  /** The error that stopped it, in state ERROR. Absent in processes of an older version. */
  error: z.string().nullable().default(null),
  tasks: z.array(task),
  /** Messages about partitions that can't be read any further. Absent in processes of an older version. */
  unreadable: z.array(z.object({ reason: z.string() })).default([]),
});

/** The part of a process's `/status` that the monitor reads. */
export type ProcessStatus = z.infer<typeof status>;
export type TaskStatus = z.infer<typeof task>;
export type StoreRestore = z.infer<typeof store>;

/** Throws if the text is not a status. */
export function parseProcessStatus(text: string): ProcessStatus {
  return status.parse(JSON.parse(text));
}
