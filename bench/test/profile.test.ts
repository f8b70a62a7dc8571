import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { byCategory, type Category, categoryOf } from '../profile/categories.js';
import { type Frame, selfTimes } from '../profile/cpu-profile.js';
import { scaledTo, table } from '../profile/table.js';
import { byRole } from '../profile/thread-times.js';

const ROOT = 'file:///checkout';
const LOOP: Frame = { functionName: 'run', url: `${ROOT}/dist/streams/runtime/worker/loop.js` };

function category(stack: readonly (readonly [name: string, url: string])[], text = ''): Category | undefined {
  const frames = stack.map(([functionName, url]) => ({ functionName, url: url === '' ? '' : `${ROOT}${url}` }));
  return categoryOf({ stack: [...frames, LOOP], line: 1, microseconds: 1 }, text);
}

describe('the categories of a profile', () => {
  const cases: readonly (readonly [string, Category | undefined])[] = [
    ['(garbage collector)', 'garbage collection'],
    ['(program)', 'messages of node-rdkafka, other native code'],
    ['(idle)', undefined],
    ['(root)', undefined],
  ];
  for (const [name, expected] of cases)
    it(`${name}: ${expected}`, () => assert.equal(category([[name, '']]), expected));

  it('takes what produce calls for produce', () => {
    const path = '/node_modules/node-rdkafka/lib/producer.js';
    assert.equal(category([['Producer.produce', path]]), 'Producer.produce');
    assert.equal(
      category([
        ['produce', ''],
        ['Producer.produce', path],
      ]),
      'Producer.produce',
    );
  });

  it('takes what a read of LevelDB calls for a get of the store', () => {
    const get = ['get', '/dist/stores/bytes/byte-store.js'] as const;
    const getSync = ['getSync', '/node_modules/abstract-level/abstract-level.js'] as const;
    assert.equal(category([['_getSync', '/node_modules/classic-level/index.js'], getSync, get]), 'ByteStore get');
    assert.equal(category([['mayContain', '/dist/stores/bytes/key-filter.js'], get]), 'ByteStore get');
  });

  it('takes a put into a batch for LevelDB', () => {
    const put = ['put', '/node_modules/abstract-level/abstract-chained-batch.js'] as const;
    assert.equal(category([['_put', '/node_modules/classic-level/chained-batch.js'], put]), 'LevelDB batch');
  });

  it('distinguishes JSON from the line that calls it', () => {
    const parse = ['parse', '/dist/topology/clean/json-object.js'] as const;
    const serialize = ['serialize', '/dist/streams/dsl/serde/serdes.js'] as const;
    assert.equal(category([parse], 'return JSON.parse(text);'), 'JSON.parse');
    assert.equal(category([serialize], 'const text = JSON.stringify(value);'), 'JSON.stringify');
    assert.equal(category([parse], 'try {'), 'cleaning and application');
    assert.equal(category([serialize], 'return bytes;'), "the runtime's own steps");
  });

  it('takes text and bytes for themselves, and other native code for its caller', () => {
    const serialize = ['serialize', '/dist/streams/dsl/serde/serdes.js'] as const;
    assert.equal(category([['utf8Write', ''], serialize]), 'text to Buffer and back');
    assert.equal(
      category([
        ['normalize', ''],
        ['cleanEmail', '/dist/topology/clean/email.js'],
      ]),
      'cleaning and application',
    );
  });

  it('takes what a module does while it is loaded for the start of the process', () => {
    const frames = ['node:internal/modules/esm/module_job', `${ROOT}/node_modules/luxon/luxon.js`];
    const stack = frames.reverse().map(url => ({ functionName: 'run', url }));
    assert.equal(categoryOf({ stack, line: 1, microseconds: 1 }, ''), 'start of the process');
  });

  it('does not know other code', () => {
    assert.equal(categoryOf({ stack: [{ functionName: 'f', url: '' }], line: 0, microseconds: 1 }, ''), 'other');
  });
});

describe('a profile of the processor', () => {
  const profile = {
    nodes: [
      { id: 1, callFrame: { functionName: '(root)', url: '' }, children: [2, 3] },
      {
        id: 2,
        callFrame: LOOP,
        children: [4],
        positionTicks: [
          { line: 7, ticks: 3 },
          { line: 9, ticks: 1 },
        ],
      },
      { id: 3, callFrame: { functionName: '(idle)', url: '' } },
      { id: 4, callFrame: { functionName: '(garbage collector)', url: '' } },
    ],
    samples: [2, 3, 2, 4],
    timeDeltas: [300, 5000, 500, 200],
  };

  it('gives each function its own time, by line', () => {
    const times = selfTimes(profile).map(({ stack, line, microseconds }) => [
      stack[0]?.functionName,
      line,
      microseconds,
    ]);
    assert.deepEqual(times, [
      ['run', 7, 600],
      ['run', 9, 200],
      ['(idle)', 0, 5000],
      ['(garbage collector)', 0, 200],
    ]);
  });

  it('is summed by category without the idle time', () => {
    const lineOf = (_url: string, line: number) => (line === 9 ? 'JSON.parse(text)' : '');
    const sums = [...byCategory(selfTimes(profile), lineOf)].filter(([, microseconds]) => microseconds > 0);
    assert.deepEqual(sums, [
      ['garbage collection', 200],
      ['JSON.parse', 200],
      ["the runtime's own steps", 600],
    ]);
  });

  it('is scaled to the processor time of its thread', () => {
    const scaled = scaledTo(
      new Map([
        ['a', 30],
        ['b', 10],
      ]),
      2,
    );
    assert.deepEqual(
      [...scaled],
      [
        ['a', 1.5],
        ['b', 0.5],
      ],
    );
  });

  it('is printed as microseconds a record', () => {
    const rows = new Map([
      ['a', 3],
      ['b', 1],
    ]);
    assert.deepEqual(table(rows, 1_000_000), ['   3.00  75%  a', '   1.00  25%  b', '   4.00 100%  sum']);
  });
});

describe('the threads of a process', () => {
  it('are distinguished by name, or by the order of their start', () => {
    const names = [
      'node',
      ...Array<string>(6).fill('node'),
      'v8:ProfEvntProc',
      ...Array<string>(4).fill('node'),
      'rdk:main',
      'node',
    ];
    const threads = names.map((name, index) => ({ id: 100 + index, name, cpuSeconds: 1 }));
    assert.deepEqual(
      byRole(100, threads.reverse()),
      new Map([
        ['main', 1],
        ['V8 helpers', 6],
        ['libuv', 4],
        ['librdkafka', 1],
        ['LevelDB', 1],
        ['profiler', 1],
      ]),
    );
  });
});
