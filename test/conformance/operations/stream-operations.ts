import type { KStream } from '../../../streams/index.js';
import type { Operation } from '../case-file.js';
import { flatFunction } from '../functions/flat-functions.js';
import { partitionerOf } from '../functions/partitioners.js';
import { predicate } from '../functions/predicates.js';
import { fixedKeyProcessor, processor } from '../functions/processors.js';
import { valueFunction } from '../functions/value-functions.js';
import { NotBuilt } from '../not-built.js';
import { type Declared, group, stream, table } from './declared.js';
import { idOf, namedStoreOf, nameOf, processorOptionsOf, serdesOf } from './options.js';

/**
 * Declares an operation of a stream. `other` is the stream that the operation names in `with`. `called` is told the calls
 * of peek and foreach.
 */
export function ofStream(
  from: KStream<unknown, unknown>,
  operation: Operation,
  other: () => KStream<unknown, unknown>,
  called: (id: string, key: unknown, value: unknown) => void,
): Declared {
  switch (operation.op) {
    case 'filter':
      return stream(from.filter(predicate(operation.pred), nameOf(operation)));
    case 'filterNot':
      return stream(from.filterNot(predicate(operation.pred)));
    case 'map': {
      const key = valueFunction(operation.key);
      const value = valueFunction(operation.value);
      return stream(from.map((k, v) => ({ key: key(k, v), value: value(k, v) })));
    }
    case 'mapValues': {
      const fn = valueFunction(operation.fn);
      return stream(from.mapValues((value, key) => fn(key, value), nameOf(operation)));
    }
    case 'flatMap':
      return stream(from.flatMap(flatFunction(operation.fn)));
    case 'flatMapValues': {
      const fn = flatFunction(operation.fn);
      return stream(from.flatMapValues((value, key) => fn(key, value).map(record => record.value)));
    }
    case 'peek':
      return stream(from.peek((key, value) => called(idOf(operation), key, value)));
    case 'foreach':
      from.foreach((key, value) => called(idOf(operation), key, value));
      return stream(from);
    case 'selectKey':
      return stream(from.selectKey(valueFunction(operation.key)));
    case 'process':
      return stream(from.process(processor(operation.fn), processorOptionsOf(operation)));
    case 'processValues':
      return stream(from.processValues(fixedKeyProcessor(operation.fn), processorOptionsOf(operation)));
    case 'merge':
      return stream(from.merge(other()));
    case 'repartition': {
      const name = operation.name ?? idOf(operation);
      return stream(from.repartition({ name, ...serdesOf(operation), ...partitionerOf(operation.partitions) }));
    }
    case 'toTable':
      return table(from.toTable({ name: idOf(operation), ...namedStoreOf(operation), ...serdesOf(operation) }));
    case 'groupByKey':
      return group(from.groupByKey({ ...nameOf(operation), ...serdesOf(operation) }));
    case 'groupBy':
      return group(from.groupBy(valueFunction(operation.key), { ...nameOf(operation), ...serdesOf(operation) }));
    default:
      throw new NotBuilt(`${operation.op} of a stream is not built yet`);
  }
}
