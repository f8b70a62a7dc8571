import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { KStream } from 'kafka-streams';
import { describe, it } from 'mocha';
import { mountOperators, type OperatorStream } from '../../../streams/dsl/pipe/operator-chain.js';

/** The outputs of the chain that were there when the last push returned. */
function run<In, Out>(build: (stream: OperatorStream<In>) => OperatorStream<Out>, inputs: readonly In[]): Out[] {
  const outputs: Out[] = [];
  const push = mountOperators(build, (value: Out) => outputs.push(value));
  for (const input of inputs) push(input);
  return outputs;
}

/** The package's own stream, with the operators that OperatorStream does not offer. */
function unrestricted(stream: OperatorStream<number>): KStream {
  return stream as unknown as KStream;
}

describe('mountOperators', () => {
  it('gives the output before the push returns', () => {
    const seen: string[] = [];
    const push = mountOperators<number, string>(
      stream => stream.map(n => `${n}`),
      value => seen.push(value),
    );
    push(1);
    seen.push('returned');
    push(2);
    assert.deepEqual(seen, ['1', 'returned', '2']);
  });

  it('passes every value through a chain without operators', () => {
    assert.deepEqual(
      run<number, number>(stream => stream, [1, 2]),
      [1, 2],
    );
  });

  it('does what the same functions do on an array', () => {
    type Step = { readonly kind: 'map' | 'filter' | 'tap'; readonly n: number };
    const step: fc.Arbitrary<Step> = fc.record({ kind: fc.constantFrom('map', 'filter', 'tap'), n: fc.integer() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.array(fc.integer()), (steps, inputs) => {
        const tapped: number[] = [];
        const apply = (stream: OperatorStream<number>, { kind, n }: Step) => {
          if (kind === 'map') return stream.map(value => (value ^ n) | 0);
          return kind === 'filter' ? stream.filter(value => value > n) : stream.tap(value => tapped.push(value));
        };
        const expectedTaps: number[] = [];
        const expected = inputs.flatMap(input => {
          let value = input;
          for (const { kind, n } of steps) {
            if (kind === 'map') value = (value ^ n) | 0;
            else if (kind === 'tap') expectedTaps.push(value);
            else if (value <= n) return [];
          }
          return [value];
        });
        const outputs = run<number, number>(stream => steps.reduce(apply, stream), inputs);
        assert.deepEqual(outputs, expected);
        assert.deepEqual(tapped, expectedTaps);
      }),
    );
  });

  it('keeps two mounts of one chain apart', () => {
    const build = (stream: OperatorStream<number>) => stream.map(n => n + 1);
    const first: number[] = [];
    const second: number[] = [];
    const pushFirst = mountOperators(build, n => first.push(n));
    const pushSecond = mountOperators(build, n => second.push(n));
    pushFirst(1);
    pushSecond(10);
    assert.deepEqual([first, second], [[2], [11]]);
  });

  it('takes a push from within its own sink', () => {
    const outputs: number[] = [];
    const push: (value: number) => void = mountOperators<number, number>(
      stream => stream.map(n => n - 1).filter(n => n >= 0),
      n => {
        outputs.push(n);
        push(n);
      },
    );
    push(3);
    assert.deepEqual(outputs, [2, 1, 0]);
  });
});

describe('an exception in a mounted chain', () => {
  const failOnOdd = (n: number): number => {
    if (n % 2 !== 0) throw new RangeError(`odd: ${n}`);
    return n;
  };
  const chains: Record<string, (stream: OperatorStream<number>) => OperatorStream<number>> = {
    map: stream => stream.map(failOnOdd),
    'the second of two maps': stream => stream.map(n => n).map(failOnOdd),
    filter: stream => stream.filter(n => failOnOdd(n) === n),
    'a map after a filter': stream => stream.filter(() => true).map(failOnOdd),
    tap: stream => stream.tap(failOnOdd),
    timestamp: stream => stream.timestamp(failOnOdd).map(({ value }) => value),
  };

  for (const [operator, build] of Object.entries(chains)) {
    it(`of ${operator} is thrown by its push, and after 1,000 of them the chain still works`, () => {
      const outputs: number[] = [];
      const push = mountOperators(build, n => outputs.push(n));
      for (let n = 0; n < 2_000; n += 2) {
        push(n);
        assert.throws(() => push(n + 1), { name: 'RangeError', message: `odd: ${n + 1}` });
      }
      assert.deepEqual(
        outputs,
        Array.from({ length: 1_000 }, (_, i) => 2 * i),
      );
    });
  }

  it('of the sink is thrown by its push, and after 1,000 of them the chain still works', () => {
    let sunk = 0;
    const push = mountOperators<number, number>(
      stream => stream.map(n => n),
      n => {
        failOnOdd(n);
        sunk++;
      },
    );
    for (let n = 1; n < 2_000; n += 2) assert.throws(() => push(n), RangeError);
    push(2);
    assert.equal(sunk, 1);
  });
});

describe('a chain that can not run synchronously, or remembers records', () => {
  const refused: Record<string, (stream: KStream) => unknown> = {
    asyncMap: stream => stream.asyncMap(async (n: number) => n),
    awaitPromises: stream => stream.awaitPromises(n => n),
    concatMap: stream => stream.concatMap((n: number) => stream.getNewMostFrom([n, n])),
    scan: stream => stream.scan((sum: number, n: number) => sum + n, 0),
    delay: stream => stream.delay(1),
    debounce: stream => stream.debounce(1),
    throttle: stream => stream.throttle(1),
    until: stream => stream.until(stream.getNewMostFrom([1])),
    since: stream => stream.since(stream.getNewMostFrom([1])),
    multicast: stream => stream.multicast(),
    countByKey: stream => stream.countByKey('key'),
    sumByKey: stream => stream.sumByKey('key', 'value', false),
    min: stream => stream.min('value'),
    max: stream => stream.max('value'),
    skipRepeats: stream => stream.skipRepeats(),
    skipRepeatsWith: stream => stream.skipRepeatsWith((a: number, b: number) => a === b),
    skip: stream => stream.skip(1),
    take: stream => stream.take(1),
    slice: stream => stream.slice(1, 2),
    skipWhile: stream => stream.skipWhile((n: number) => n < 1),
    takeWhile: stream => stream.takeWhile((n: number) => n < 1),
  };

  for (const [operator, use] of Object.entries(refused)) {
    it(`is refused when it is mounted: ${operator}`, () => {
      const build = (stream: OperatorStream<number>) => {
        use(unrestricted(stream));
        return stream.map(n => n).filter(() => true);
      };
      assert.throws(() => mountOperators(build, () => {}), { name: 'TypeError', message: /^pipe takes synchronous/ });
    });
  }

  it('is refused when it is mounted: a source of its own', () => {
    const build = (stream: OperatorStream<number>) => {
      const inner = unrestricted(stream);
      inner.replaceInternalObservable(inner.getNewMostFrom([1]));
      return stream.map(n => n);
    };
    assert.throws(() => mountOperators(build, () => {}), TypeError);
  });

  it('is refused when it ends with another stream', () => {
    let other: OperatorStream<number> | undefined;
    mountOperators<number, number>(
      stream => {
        other = stream;
        return stream;
      },
      () => {},
    );
    assert.throws(
      () =>
        mountOperators<number, number>(
          stream => other ?? stream,
          () => {},
        ),
      {
        name: 'TypeError',
        message: /must end with the stream that was passed in/,
      },
    );
  });
});

describe('the package kafka-streams', () => {
  it('loads, mounts and lets the process end without a warning', () => {
    const chain = new URL('../../../streams/dsl/pipe/operator-chain.js', import.meta.url).href;
    const script = `
      process.on('warning', warning => { console.log(warning.message); });
      const { mountOperators } = await import(${JSON.stringify(chain)});
      mountOperators(stream => stream.map(n => n + 1), n => console.log(n))(1);`;
    const output = execFileSync(process.execPath, ['--pending-deprecation', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    assert.equal(output, '2\n');
  });

  it('brings none of its Kafka clients along', () => {
    const lock: unknown = JSON.parse(readFileSync(new URL('../../../../package-lock.json', import.meta.url), 'utf8'));
    assert.ok(typeof lock === 'object' && lock !== null && 'packages' in lock);
    const installed = Object.keys(lock.packages ?? {});
    assert.ok(installed.includes('node_modules/kafka-streams'));
    assert.deepEqual(
      installed.filter(path => /(?:^|\/)(?:kafka-node|kafkajs|snappy)$/.test(path)),
      [],
    );
  });
});
