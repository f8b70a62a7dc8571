import assert from 'node:assert/strict';
import { expectTypeOf } from 'expect-type';
import { describe, it } from 'mocha';
import { mountOperators, type OperatorRecord, type OperatorStream } from '../../../streams/dsl/pipe/operator-chain.js';

/** The outputs of the chain that were there when the last push returned. */
function run<In, Out>(build: (stream: OperatorStream<In>) => OperatorStream<Out>, inputs: readonly In[]): Out[] {
  const outputs: Out[] = [];
  const push = mountOperators(build, (value: Out) => outputs.push(value));
  for (const input of inputs) push(input);
  return outputs;
}

describe('the operators that a mounted chain offers', () => {
  it('map, filter, tap, constant, timestamp', () => {
    const tapped: number[] = [];
    assert.deepEqual(
      run<number, number>(s => s.map(n => n * 2).filter(n => n > 2), [1, 2]),
      [4],
    );
    assert.deepEqual(
      run<number, number>(s => s.tap(n => tapped.push(n)), [1, 2]),
      [1, 2],
    );
    assert.deepEqual(tapped, [1, 2]);
    assert.deepEqual(
      run<number, string>(s => s.constant('x'), [1, 2]),
      ['x', 'x'],
    );
    assert.deepEqual(
      run<number, unknown>(s => s.timestamp(n => n * 1_000), [1]),
      [{ time: 1_000, value: 1 }],
    );
  });

  it('atThroughput calls back once, and lets everything pass', () => {
    const reached: number[] = [];
    assert.deepEqual(
      run<number, number>(s => s.atThroughput(2, n => reached.push(n)), [5, 6, 7]),
      [5, 6, 7],
    );
    assert.deepEqual(reached, [6]);
  });

  it('mapStringToArray, mapArrayToKV, mapStringToKV', () => {
    assert.deepEqual(
      run<string, unknown>(s => s.mapStringToArray(), ['a b', '']),
      [['a', 'b'], ''],
    );
    assert.deepEqual(
      run<string, unknown>(s => s.mapStringToArray(','), ['a,b']),
      [['a', 'b']],
    );
    assert.deepEqual(
      run<string[], unknown>(s => s.mapArrayToKV(), [['k', 'v']]),
      [{ key: 'k', value: 'v' }],
    );
    assert.deepEqual(
      run<string, unknown>(s => s.mapStringToKV(';', 1, 0), ['v;k']),
      [{ key: 'k', value: 'v' }],
    );
  });

  it('mapJSONParse, mapStringify', () => {
    const [parsed, error] = run<string, unknown>(s => s.mapJSONParse(), ['{"a":1}', '{']);
    assert.deepEqual(parsed, { a: 1 });
    assert.ok(error instanceof SyntaxError);
    assert.deepEqual(
      run<object, unknown>(s => s.mapStringify(), [{ a: 1 }]),
      ['{"a":1}'],
    );
  });

  it('mapBufferValueToString, mapStringValueToJSONObject, mapJSONConvenience', () => {
    type Raw = OperatorRecord<null, Buffer | null>;
    const raw = (): Raw[] => [
      { key: null, value: Buffer.from('{"a":1}') },
      { key: null, value: null },
    ];
    const texts = [
      { key: null, value: '{"a":1}' },
      { key: null, value: null },
    ];
    const objects = [
      { key: null, value: { a: 1 } },
      { key: null, value: null },
    ];
    assert.deepEqual(
      run<Raw, unknown>(s => s.mapBufferValueToString(), raw()),
      texts,
    );
    assert.deepEqual(
      run<Raw, unknown>(s => s.mapBufferValueToString().mapStringValueToJSONObject(), raw()),
      objects,
    );
    assert.deepEqual(
      run<Raw, unknown>(s => s.mapJSONConvenience(), raw()),
      objects,
    );
  });

  it('wrapAsKafkaValue, mapWrapKafkaValue', () => {
    const message = { opaqueKey: null, partitionKey: null, partition: null, key: null, value: 1, topic: 't' };
    assert.deepEqual(
      run<number, unknown>(s => s.wrapAsKafkaValue('t'), [1]),
      [message],
    );
    assert.deepEqual(
      run<{ value: number }, number>(s => s.mapWrapKafkaValue(), [{ value: 1 }]),
      [1],
    );
  });

  it('mapToFormat, mapFromFormat', () => {
    const [formatted] = run<number, { payload: number; type: string; id: string }>(
      s => s.mapToFormat('order', n => `id-${n}`),
      [1],
    );
    assert.deepEqual([formatted?.payload, formatted?.type, formatted?.id], [1, 'order', 'id-1']);
    const [identified] = run<number, { id: string }>(s => s.mapToFormat(), [1]);
    assert.match(identified?.id ?? '', /^[0-9a-f]{8}-/);
    assert.deepEqual(
      run<object, unknown>(s => s.mapFromFormat(), [{ payload: 1 }]),
      [1],
    );
  });

  it('carry the types of the values through the chain', () => {
    const build = (stream: OperatorStream<OperatorRecord<Buffer | null, Buffer | null>>) =>
      stream
        .filter(record => record.value !== null)
        .map(({ value }) => ({ key: `${value?.length}`, value: value?.length }))
        .filter((record): record is { key: string; value: number } => record.value !== undefined);
    expectTypeOf(build).returns.toEqualTypeOf<OperatorStream<{ key: string; value: number }>>();
    expectTypeOf<OperatorStream<string>['mapStringToArray']>().returns.toEqualTypeOf<OperatorStream<string[] | ''>>();
    expectTypeOf<OperatorStream<{ a: number }>['mapStringify']>().returns.toEqualTypeOf<OperatorStream<string>>();
    expectTypeOf<OperatorStream<{ value: number }>['mapWrapKafkaValue']>().returns.toEqualTypeOf<
      OperatorStream<number>
    >();
    expectTypeOf<OperatorStream<number>>().not.toExtend<OperatorStream<string>>();
    expectTypeOf<OperatorStream<number>>().not.toHaveProperty('asyncMap');
  });
});
