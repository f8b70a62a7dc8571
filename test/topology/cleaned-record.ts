import assert from 'node:assert/strict';
import { mountOperators, type OperatorRecord } from '../../streams/dsl/pipe/operator-chain.js';
import { RejectedRecord } from '../../topology/clean/rejected-record.js';
import { cleaning } from '../../topology/clean.js';
import type { User } from '../../topology/user.js';

export type CleanedRecord = OperatorRecord<string, User>;

/** The fields of a user that is clean. */
export const VALID = {
  email: 'ann@example.org',
  country: 'France',
  date: '2018-05-06',
  ip_address: '130.187.82.195',
};

export function cleanValue(value: Buffer | null, key: Buffer | null = null): CleanedRecord {
  const cleaned: CleanedRecord[] = [];
  mountOperators(cleaning(), (record: CleanedRecord) => cleaned.push(record))({ key, value });
  const [record] = cleaned;
  assert.ok(record !== undefined && cleaned.length === 1, 'one record in, one record out');
  return record;
}

/** A user with these fields, and the valid ones beside them. */
export function cleanWith(fields: Record<string, unknown>): CleanedRecord {
  return cleanValue(Buffer.from(JSON.stringify({ ...VALID, ...fields })));
}

export function assertRejected(clean: () => unknown, reason: string): void {
  assert.throws(clean, error => {
    assert.ok(error instanceof RejectedRecord, `${error}`);
    assert.equal(error.message, reason);
    return true;
  });
}
