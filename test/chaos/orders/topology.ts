import { StreamsBuilder, type Topology } from '../../../streams/index.js';
import { declareJoins } from './join-operators.js';
import { declareProcessors } from './processor-operators.js';
import { ordersStreams } from './streams.js';
import { declareTables } from './table-operators.js';
import { declareCogroups, declareWindows } from './window-operators.js';

/** Every stateful operator, on orders, payments, customers and clicks. What comes out does not depend on how tasks interleave. */
export function ordersTopology(): Topology {
  const builder = new StreamsBuilder();
  const streams = ordersStreams(builder);
  declareTables(streams);
  declareJoins(streams);
  declareWindows(streams);
  declareCogroups(streams);
  declareProcessors(streams);
  return builder.build();
}
