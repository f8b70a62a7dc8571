import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { LeadingCounts, type LeadingCountsJson, type NameCount } from '../../topology/leading-counts.js';

/** A name of 1 to 60,000 bytes, which begins with its number: some ten of them fill the room. */
const entries = fc.uniqueArray(fc.tuple(fc.nat(99), fc.integer({ min: 1, max: 3 }), fc.nat(60_000)), {
  selector: ([number]) => number,
  maxLength: 60,
});

function named(all: readonly (readonly [number, number, number])[]): NameCount[] {
  return all.map(([number, count, length]) => [`${number}-`.padEnd(length, 'x'), count]);
}

function listOf(counts: readonly NameCount[]): LeadingCounts {
  const list = new LeadingCounts();
  for (const [name, count] of counts) list.add(name, count);
  return list;
}

function written(list: LeadingCounts): LeadingCounts {
  return LeadingCounts.fromJSON(JSON.parse(JSON.stringify(list)) as LeadingCountsJson);
}

describe('LeadingCounts', () => {
  it('are the same however they were added up, written and read in between', () => {
    fc.assert(
      fc.property(entries, fc.array(fc.nat(3), { maxLength: 60 }), (all, places) => {
        const counts = named(all);
        const parts = [0, 1, 2, 3].map(part => listOf(counts.filter((_, n) => (places[n] ?? 0) === part)));
        const sum = new LeadingCounts();
        for (const part of parts) sum.addAll(written(part));
        const whole = listOf(counts);
        assert.deepEqual(written(sum).entries, whole.entries);
        assert.deepEqual([sum.leftOut, sum.highest], [whole.leftOut, whole.highest]);
      }),
      { numRuns: 200 },
    );
  });

  it('have the highest counts, equal ones by name, and account for all', () => {
    fc.assert(
      fc.property(entries, all => {
        const counts = named(all);
        const { entries: kept, leftOut } = listOf(counts);
        const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
        assert.deepEqual(kept, sorted.slice(0, kept.length));
        const left = sorted.slice(kept.length);
        assert.deepEqual(leftOut, { names: left.length, users: left.reduce((sum, [, count]) => sum + count, 0) });
      }),
    );
  });

  it('leave none out that has room, and stay within it and one entry', () => {
    fc.assert(
      fc.property(entries, all => {
        const counts = named(all);
        const list = listOf(counts);
        const bytes = JSON.stringify(list.entries).length;
        assert.ok(bytes < 300_000 + 60_100);
        if (list.leftOut.names > 0) assert.ok(bytes >= 300_000);
      }),
    );
  });
});
