import type { ConformanceCase, FunctionSpec, Operation } from '../case-file.js';
import { nameOf } from './functions/mappings.js';

/** The fields of operations that hold a function, by the vocabulary that it is of. */
const FUNCTIONS = {
  key: 'value function',
  value: 'value function',
  foreignKey: 'value function',
  pred: 'predicate',
  sub: 'subtractor',
  merge: 'merger',
  joiner: 'joiner',
  timestampExtractor: 'timestamp extractor',
  topicFn: 'topic name',
  partitions: 'partitioner',
} as const satisfies { readonly [Field in keyof Operation]?: string };

/** The words of the vocabulary that a case has: operations, their fields, functions, windows, kinds, configuration. */
export function wordsOf({ topology, config, input }: ConformanceCase): readonly string[] {
  return [
    ...topology.flatMap(wordsOfOperation),
    ...Object.keys(config).map(name => `config ${name}`),
    ...input.flatMap(item => Object.keys(item).map(name => `input ${name}`)),
  ];
}

function wordsOfOperation(operation: Operation): readonly string[] {
  const { op, fn, windows, kind, emit, until, whenFull, of = [], branches = [] } = operation;
  const word = (of: string, spec: FunctionSpec): string => `${of} ${nameOf(spec)}`;
  const given = Object.entries(operation).filter(([, value]) => value !== null);
  return [
    ...given.map(([field]) => `${op} with ${field}`),
    ...given.flatMap(([field, spec]) =>
      field in FUNCTIONS ? [word(FUNCTIONS[field as keyof typeof FUNCTIONS], spec as FunctionSpec)] : [],
    ),
    ...(fn === undefined ? [] : [word(`function of ${op}`, fn)]),
    ...of.map(group => word('function of cogroup', group.fn)),
    ...branches.map(({ pred }) => word('predicate', pred)),
    ...(windows === undefined ? [] : [`windows ${windows.type ?? 'of a join'}`]),
    ...(kind === undefined ? [] : [`store ${kind}`]),
    ...(emit === undefined ? [] : [`emit ${emit}`]),
    ...(until === undefined ? [] : [`suppress until ${until}`]),
    ...(whenFull === undefined ? [] : [`suppress, when full ${whenFull}`]),
  ];
}
