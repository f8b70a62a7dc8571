import type { StreamPartitioner } from '../../../streams/index.js';
import type { FunctionSpec, Json } from '../case-file.js';
import { predicate } from './predicates.js';
import { named, type Vocabulary } from './vocabulary.js';

type Partitioner = StreamPartitioner<unknown, unknown>;

/** The option `partitioner`, if the case names one. */
export function partitionerOf(spec: FunctionSpec | undefined): { readonly partitioner?: Partitioner } {
  return spec === undefined ? {} : { partitioner: named('partitioner', PARTITIONERS, spec) };
}

const PARTITIONERS: Vocabulary<Partitioner> = {
  dropIf: spec => {
    const drops = predicate(asFunction(spec));
    return (_topic, key, value) => (drops(key, value) ? [] : undefined);
  },
  dropIfHeader: name => (_topic, _key, _value, _numPartitions, headers) =>
    headers.some(({ key }) => key === name) ? [] : undefined,
};

function asFunction(spec: Json | undefined): FunctionSpec {
  if (typeof spec === 'string') return spec;
  if (Array.isArray(spec) && typeof spec[0] === 'string') return spec as unknown as FunctionSpec;
  throw new Error(`${JSON.stringify(spec)} names no function`);
}
