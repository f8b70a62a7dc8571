/**
 * `operators`: the operators of the npm package kafka-streams, for `KStream.pipe`. It needs the package kafka-streams.
 */

export type { Operators } from '../options/operators.js';
export { type OperatorRecord, type OperatorStream, operators } from './operator-chain.js';
