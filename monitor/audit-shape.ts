import { z } from 'zod';
import { isIdentityKey, isInstanceKey } from '../streams/audit/audit-record.js';
import type { ConsumerRecord } from '../streams/kafka/record.js';

const count = z.number().int().nonnegative();
const counts = z.record(z.string(), count);
const host = z.string().nullable();

/** What the monitor reads of it. Records of before offsets and hosts were written lack those. */
const task = z.object({
  task: z.string(),
  instance: z.string().optional(),
  host: host.optional(),
  streamTime: z.number(),
  counts: z.object({ in: counts, out: counts, rejected: count, late: count }),
  offsets: z.record(z.string(), z.object({ begin: z.number().int(), next: z.number().int() })).optional(),
  watermarks: z.record(z.string(), z.unknown()).optional(),
});
const instance = z.object({ instance: z.string(), host, tasks: z.array(z.string()) });

/** Throws if it is no record of the audit topic that can be read: it must not get into the table. */
export function checkAuditRecord({ key, value }: Pick<ConsumerRecord, 'key' | 'value'>): void {
  if (key === null) throw new Error('it has no key');
  const id = key.toString();
  if (value === null || isIdentityKey(id)) return;
  const shape = isInstanceKey(id) ? instance : task;
  shape.parse(JSON.parse(value.toString()));
}
