import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Cancellable } from '../../../streams/dsl/processor/punctuation.js';
import { PunctuationQueue } from '../../../streams/runtime/processors/punctuation-queue.js';

function punctuateAll(queue: PunctuationQueue, now: number): number {
  let calls = 0;
  while (queue.punctuate(now, now)) calls++;
  return calls;
}

describe('a queue of punctuations', () => {
  for (const first of [0, 50]) {
    it(`calls at ${first}, then each interval after that, once for all that it has missed`, () => {
      const queue = new PunctuationQueue();
      const at: number[] = [];
      queue.schedule(first, 100, timestamp => at.push(timestamp - first));
      for (const now of [-100, -1, 0, 99, 100, 199, 200, 1001, 1002, 1099, 1100]) punctuateAll(queue, first + now);
      assert.deepEqual(at, [0, 100, 200, 1001, 1100]);
      assert.equal(queue.next, first + 1200);
    });
  }

  it('calls no more after its own punctuator has cancelled it', () => {
    const queue = new PunctuationQueue();
    let calls = 0;
    const schedule = queue.schedule(0, 100, () => {
      calls++;
      schedule.cancel();
    });
    assert.equal(punctuateAll(queue, 0), 1);
    assert.equal(punctuateAll(queue, 1000), 0);
    assert.equal(calls, 1);
    assert.equal(queue.next, Number.POSITIVE_INFINITY);
  });

  it('calls whatever a naive model calls, also where punctuators schedule and cancel', () => {
    // Few times, so that many schedules are due at the same time.
    const inMs = fc.nat(6).map(tens => tens * 10);
    const intervalMs = fc.integer({ min: 1, max: 4 }).map(tens => tens * 10);
    const reaction = fc.oneof(
      { weight: 3, arbitrary: fc.constant({ kind: 'nothing' as const }) },
      fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(5) }),
      fc.record({
        kind: fc.constant('schedule' as const),
        inMs,
        intervalMs,
      }),
    );
    const action = fc.oneof(
      fc.record({
        kind: fc.constant('schedule' as const),
        inMs,
        intervalMs,
      }),
      fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(5) }),
      fc.record({ kind: fc.constant('advance' as const), ms: inMs }),
    );
    type Reaction = typeof reaction extends fc.Arbitrary<infer R> ? R : never;
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), fc.array(reaction, { maxLength: 20 }), (actions, reactions) => {
        const queue = new PunctuationQueue();
        const cancellables: Cancellable[] = [];
        const called: [number, number][] = [];
        /** `order`: which of the times was set first. */
        const model: { next: number; order: number; readonly intervalMs: number; cancelled: boolean }[] = [];
        let timesSet = 0;
        const expected: [number, number][] = [];
        let now = 0;
        const left = { real: [...reactions], model: [...reactions] };

        const schedule = (first: number, intervalMs: number): void => {
          const id = cancellables.length;
          cancellables.push(
            queue.schedule(first, intervalMs, timestamp => {
              called.push([id, timestamp]);
              const next = left.real.shift();
              if (next?.kind === 'schedule') schedule(now + 10 + next.inMs, next.intervalMs);
              else if (next?.kind === 'cancel') cancellables[next.which]?.cancel();
            }),
          );
        };
        const react = (next: Reaction | undefined): void => {
          if (next?.kind === 'schedule') {
            model.push({
              next: now + 10 + next.inMs,
              intervalMs: next.intervalMs,
              order: timesSet++,
              cancelled: false,
            });
          } else if (next?.kind === 'cancel') {
            const other = model[next.which];
            if (other !== undefined) other.cancelled = true;
          }
        };
        const advanceModel = (): void => {
          for (;;) {
            const due = model.filter(({ next, cancelled }) => !cancelled && next <= now);
            const first = due.reduce<(typeof due)[number] | undefined>(
              (least, one) =>
                least === undefined || one.next < least.next || (one.next === least.next && one.order < least.order)
                  ? one
                  : least,
              undefined,
            );
            if (first === undefined) return;
            expected.push([model.indexOf(first), now]);
            react(left.model.shift());
            first.order = timesSet++;
            while (first.next <= now) first.next += first.intervalMs;
          }
        };

        for (const next of actions) {
          if (next.kind === 'advance') {
            now += next.ms;
            punctuateAll(queue, now);
            advanceModel();
          } else if (next.kind === 'schedule') {
            schedule(now + next.inMs, next.intervalMs);
            model.push({ next: now + next.inMs, intervalMs: next.intervalMs, order: timesSet++, cancelled: false });
          } else {
            cancellables[next.which]?.cancel();
            react(next);
          }
          assert.deepEqual(called, expected);
        }
      }),
    );
  });
});
