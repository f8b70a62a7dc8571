import { ConfigError } from './config-error.js';

/** Another option sets it. */
const SET_BY: Readonly<Record<string, string>> = {
  'group.id': 'APPLICATION_ID (in a program: applicationId)',
  'group.protocol': 'GROUP_PROTOCOL (in a program: groupProtocol)',
  'transaction.timeout.ms': 'the commit interval, COMMIT_INTERVAL_MS (in a program: commitInterval)',
  'bootstrap.servers': 'KAFKA_BROKERS (in a program: brokers)',
  'metadata.broker.list': 'KAFKA_BROKERS (in a program: brokers)',
};

const OFFSETS = 'offsets are committed with the results of their records';

/** The runtime sets it, to its own value. */
const FIXED: Readonly<Record<string, string>> = {
  'isolation.level': 'the input is read committed, the ends of changelogs are not',
  'transactional.id': 'it is made of the application id and the id of the instance',
  'group.instance.id': 'it is the id of the instance, which is kept with its state',
  'enable.auto.commit': OFFSETS,
  'auto.commit.enable': OFFSETS,
  'enable.auto.offset.store': OFFSETS,
  'enable.partition.eof': 'tasks must know where their input ends',
  'auto.offset.reset': 'a task begins at its committed offset or at the oldest record',
  'enable.idempotence': 'a record that is sent again must not be written twice',
  'delivery.report.only.error': 'deliveries are counted by their reports',
  log_level: 'the ids of topics are read from what the client logs',
};

interface Limit {
  readonly allowed: RegExp;
  readonly expected: string;
  readonly reason: string;
}

const ASSIGNOR: Limit = {
  allowed: /^range$/,
  expected: 'range',
  reason: 'a task needs the same partition of all its topics',
};
const ACKS: Limit = { allowed: /^(all|-1)$/, expected: 'all', reason: 'a result must survive the loss of a broker' };
const IN_FLIGHT: Limit = {
  allowed: /^[1-5]$/,
  expected: 'from 1 to 5',
  reason: 'with more requests under way the broker can not keep the order',
};
const RETRIES: Limit = {
  allowed: /^[1-9]\d*$/,
  expected: 'above 0',
  reason: 'a record must be sent until it is written',
};

/** May be set, but not to every value. */
const LIMITED: Readonly<Record<string, Limit>> = {
  'partition.assignment.strategy': ASSIGNOR,
  'group.remote.assignor': ASSIGNOR,
  acks: ACKS,
  'request.required.acks': ACKS,
  'max.in.flight': IN_FLIGHT,
  'max.in.flight.requests.per.connection': IN_FLIGHT,
  retries: RETRIES,
  'message.send.max.retries': RETRIES,
  'queuing.strategy': { allowed: /^fifo$/, expected: 'fifo', reason: 'records must be written in their order' },
  partitioner: {
    allowed: /^murmur2_random$/,
    expected: 'murmur2_random',
    reason: "keys belong where Java's clients put them",
  },
};

/**
 * Why a user may not give a property of librdkafka this value: the runtime sets it, and exactly-once, or the order of
 * records, depends on it (Java: the configs that `StreamsConfig` does not let a user override). undefined if it is
 * allowed. Names and values are librdkafka's.
 */
export function whyReserved(property: string, value: string): string | undefined {
  if (Object.hasOwn(SET_BY, property)) return `${property} is set by ${SET_BY[property]}`;
  if (Object.hasOwn(FIXED, property)) return `${property} can't be set: ${FIXED[property]}`;
  const limit = Object.hasOwn(LIMITED, property) ? LIMITED[property] : undefined;
  if (limit === undefined || limit.allowed.test(value)) return undefined;
  return `${property} must be ${limit.expected}: ${limit.reason}`;
}

/**
 * Throws a ConfigError of one line that names the property, if the option `clientConfig` has one that the runtime sets
 * itself.
 */
export function checkClientConfig(clientConfig: Readonly<Record<string, string>> = {}): void {
  for (const [property, value] of Object.entries(clientConfig)) {
    const reason = whyReserved(property, value);
    if (reason !== undefined) throw new ConfigError(`clientConfig: ${reason}`);
  }
}
