import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { WaitingSteps } from '../../../streams/runtime/processors/waiting-steps.js';
import { Gate } from '../waiting-script.js';

interface Tree {
  /** undefined: it waits for its turn only. */
  readonly turns: number | undefined;
  readonly fails: boolean;
  readonly children: readonly Tree[];
}

const tree = fc.letrec<{ tree: Tree }>(tie => ({
  tree: fc.record({
    turns: fc.option(fc.nat(2), { nil: undefined }),
    fails: fc.boolean(),
    children: fc.oneof({ depthSize: 'small' }, fc.constant([]), fc.array(tie('tree'), { maxLength: 3 })),
  }),
})).tree;

describe('waiting steps', () => {
  it('end in the order in which synchronous calls would, however long each of them waits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { maxLength: 3 }), async trees => {
        const steps = new WaitingSteps();
        const ended: string[] = [];
        const inProgress = new Set<string>();
        const add = (path: string, { turns, fails, children }: Tree): void => {
          const end = (): void => {
            inProgress.delete(path);
            ended.push(path);
            children.forEach((child, i) => void add(`${path}.${i}`, child));
          };
          const start = async (): Promise<void> => {
            assert.equal(inProgress.size, 0, 'one step at a time');
            inProgress.add(path);
            for (let turn = 0; turn < (turns ?? 0); turn++) await immediate();
            if (fails) throw new Error(path);
          };
          steps.add({
            ...(turns !== undefined && { start }),
            resume() {
              if (turns === undefined && fails) throw new Error(path);
              assert.ok(!fails);
              end();
            },
            fail(thrown) {
              assert.equal((thrown as Error).message, path);
              end();
            },
          });
        };
        trees.forEach((root, i) => void add(`${i}`, root));
        steps.advance();
        while (steps.any) {
          await steps.settled;
          assert.ok(steps.advance());
        }
        assert.ok(!steps.advance());
        assert.deepEqual(ended, preorder(trees, ''));
      }),
      { numRuns: 50 },
    );
  });

  it('end in order, also where one record or one step leaves very many', async () => {
    const MANY = 150_000;
    const steps = new WaitingSteps();
    const ended: number[] = [];
    const add = (n: number, resume: () => void = () => {}): void =>
      steps.add({
        start: async () => {},
        resume() {
          ended.push(n);
          resume();
        },
        fail: assert.fail,
      });
    add(0, () => {
      for (let n = 1; n <= MANY; n++) add(n);
    });
    for (let n = 1; n <= MANY; n++) add(MANY + n);
    steps.advance();
    while (steps.any) {
      await steps.settled;
      steps.advance();
    }
    assert.equal(ended.length, 2 * MANY + 1);
    assert.ok(ended.every((n, place) => n === place));
  });

  it('do nothing by themselves', async () => {
    const steps = new WaitingSteps();
    const gate = new Gate();
    const resumed: string[] = [];
    steps.add({ start: () => gate.wait(), resume: () => void resumed.push('first'), fail: assert.fail });
    steps.advance();
    assert.ok(!steps.advance());
    gate.open();
    await steps.settled;
    await immediate();
    assert.deepEqual(resumed, []);
    assert.ok(steps.advance());
    assert.deepEqual(resumed, ['first']);
  });

  it('keep no one who has asked earlier when they can continue', async () => {
    const steps = new WaitingSteps();
    const gate = new Gate();
    const notified: string[] = [];
    steps.add({ start: () => gate.wait(), resume() {}, fail: assert.fail });
    steps.advance();
    for (const asked of ['earlier', 'last']) steps.whenSettled(() => notified.push(asked));
    gate.open();
    await steps.settled;
    assert.deepEqual(notified, ['last']);
    steps.whenSettled(() => notified.push('after it'));
    assert.deepEqual(notified, ['last', 'after it']);
  });

  it('fail with what resume throws', async () => {
    const steps = new WaitingSteps();
    const failures: unknown[] = [];
    const error = new Error('resume');
    const resume = (): never => {
      throw error;
    };
    steps.add({ start: async () => {}, resume, fail: thrown => void failures.push(thrown) });
    steps.advance();
    await steps.settled;
    steps.advance();
    assert.deepEqual(failures, [error]);
    assert.ok(!steps.any);
  });
});

function preorder(trees: readonly Tree[], prefix: string): string[] {
  return trees.flatMap((root, i) => [`${prefix}${i}`, ...preorder(root.children, `${prefix}${i}.`)]);
}
