/** The states of an application, and their allowed successors (Java: `KafkaStreams.State`). */
export type StreamsState = 'CREATED' | 'REBALANCING' | 'RUNNING' | 'PENDING_SHUTDOWN' | 'NOT_RUNNING' | 'ERROR';

const TRANSITIONS: Readonly<Record<StreamsState, readonly StreamsState[]>> = Object.freeze({
  CREATED: ['REBALANCING', 'PENDING_SHUTDOWN', 'ERROR'],
  REBALANCING: ['RUNNING', 'PENDING_SHUTDOWN', 'ERROR'],
  RUNNING: ['REBALANCING', 'PENDING_SHUTDOWN', 'ERROR'],
  PENDING_SHUTDOWN: ['NOT_RUNNING', 'ERROR'],
  NOT_RUNNING: [],
  ERROR: [],
});

export function mayBecome(from: StreamsState, to: StreamsState): boolean {
  return TRANSITIONS[from].includes(to);
}
