import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { checkImports } from '../../lint/check-imports.js';
import { importsIn } from '../../lint/imports.js';
import { RULES, type Rules } from '../../lint/rules.js';

/** What is wrong with one import, by the rules of this repository. */
function check(from: string, specifier: string): string[] {
  return checkImports(importsIn(from, `import { x } from '${specifier}';\n`), RULES);
}

describe('the rules of imports', () => {
  const allowed: readonly (readonly [file: string, specifier: string])[] = [
    ['topology/main.ts', 'tributary'],
    ['topology/clean/field.ts', '../user.js'],
    ['topology/start.ts', '../command/log.js'],
    ['monitor/monitor.ts', 'tributary/audit'],
    ['streams/index.ts', './runtime/kafka-streams.js'],
    ['streams/runtime/task/task.ts', '../../../stores/task-state.js'],
    ['streams/runtime/task/task.ts', '../errors.js'],
    ['streams/kafka/ports.ts', 'node-rdkafka'],
    ['test/runtime/task.test.ts', '../../streams/runtime/task/task.js'],
  ];
  for (const [file, specifier] of allowed) {
    it(`let ${file} import ${specifier}`, () => assert.deepEqual(check(file, specifier), []));
  }

  const refused: readonly (readonly [file: string, specifier: string, reason: RegExp])[] = [
    ['stores/byte-store.ts', '../streams/kafka/ports.js', /streams is not below stores/],
    ['streams/kafka/ports.ts', '../../topology/users.js', /topology is not below streams/],
    ['monitor/main.ts', '../producer/run.js', /producer is not below monitor/],
    ['streams/http/routes.ts', '../metrics/prometheus-metrics.js', /metrics is not below http/],
    ['streams/dsl/api/k-stream.ts', '../../runtime/errors.js', /runtime is not below dsl/],
    ['streams/dsl/serde/serdes.ts', '../graph/graph.js', /graph is not below serde/],
    ['streams/runtime/plan/task-plan.ts', '../task/task.js', /task is not below plan/],
    ['streams/runtime/errors.ts', './streams-config.js', /streams-config\.ts is not below errors\.ts/],
    ['streams/runtime/task/task.ts', '../new-room/file.js', /streams\/runtime has no floor for the room new-room/],
    ['topology/main.ts', '../streams/index.js', /import an entry of the library/],
    ['topology/clean/field.ts', '../../streams/kafka/record.js', /import an entry of the library/],
    ['bench/load.ts', '../stores/int64.js', /import an entry of the library/],
    ['producer/run.ts', 'tributary', /producer may import tributary\/kafka/],
    ['monitor/main.ts', 'tributary/testing', /monitor may import/],
    ['streams/runtime/task/task.ts', 'tributary/kafka', /the library imports its files by paths/],
  ];
  for (const [file, specifier, reason] of refused) {
    it(`refuse that ${file} imports ${specifier}`, () => {
      const wrong = check(file, specifier);
      assert.equal(wrong.length, 1, wrong.join('\n'));
      assert.match(wrong[0] ?? '', reason);
    });
  }

  it('refuse a circle within a room, but for the rooms that may have one', () => {
    const circle = [
      ...importsIn('streams/kafka/a.ts', "import { b } from './b.js';\n"),
      ...importsIn('streams/kafka/b.ts', "import type { A } from './a.js';\n"),
    ];
    assert.deepEqual(checkImports(circle, RULES), [
      'streams/kafka/a.ts imports itself through other files',
      'streams/kafka/b.ts imports itself through other files',
    ]);
    const rules: Rules = { ...RULES, circles: ['streams/kafka'] };
    assert.deepEqual(checkImports(circle, rules), []);
  });

  it('keep chains of imports within streams/runtime at nine rooms or fewer', () => {
    const runtime = RULES.houses.find(({ within }) => within === 'streams/runtime');
    assert.ok(runtime !== undefined && runtime.floors.length <= 9);
  });
});

describe('the imports of a file', () => {
  it('are found in all their forms', () => {
    const source = `import a, { type B } from './a.js';
import type { C } from '../c.js';
import './effect.js';
import {
  d,
  e,
} from 'package/entry';
export { f } from './f.js';
export type { G } from './g.js';
const text = "import x from './no.js'";
const h = await import('./h.js');
`;
    assert.deepEqual(
      importsIn('streams/kafka/file.ts', source).map(({ to }) => to),
      [
        'streams/kafka/a.ts',
        'streams/c.ts',
        'streams/kafka/effect.ts',
        'package/entry',
        'streams/kafka/f.ts',
        'streams/kafka/g.ts',
        'streams/kafka/h.ts',
      ],
    );
  });
});
