/** What a profile has more or less of than the others. Numbers are probabilities, unless they are called weights. */
export interface Traits {
  readonly headers: number;
  readonly unicode: number;
  /** A topic that the topology writes and reads. */
  readonly throughTopic: number;
  readonly versionedSource: number;
  readonly versionedAggregate: number;
  readonly versionedToTable: number;
  readonly versionedMapValues: number;
  /** A sink that names its topic by the record. */
  readonly topicByRecord: number;
  /** The processor of a global store refuses a value. */
  readonly refusingGlobalStore: number;
  /** A repartition has a partitioner that drops records; a sink half as often. */
  readonly partitioner: number;
  readonly failingExtractorWeight: number;
  readonly punctuatorWeight: number;
  readonly previousWeight: number;
  readonly addHeaderWeight: number;
}

const USUAL: Traits = {
  headers: 0.08,
  unicode: 0.08,
  throughTopic: 0,
  versionedSource: 0.1,
  versionedAggregate: 0.03,
  versionedToTable: 0.05,
  versionedMapValues: 0.05,
  topicByRecord: 0.08,
  refusingGlobalStore: 0.1,
  partitioner: 0.1,
  failingExtractorWeight: 1,
  punctuatorWeight: 2,
  previousWeight: 0.3,
  addHeaderWeight: 1,
};

const OFTEN_THROUGH_TOPICS: Partial<Traits> = { throughTopic: 0.07 };

const OWN = {
  stateless: { ...OFTEN_THROUGH_TOPICS, topicByRecord: 0.15 },
  tables: OFTEN_THROUGH_TOPICS,
  windows: OFTEN_THROUGH_TOPICS,
  sessions: {},
  joins: OFTEN_THROUGH_TOPICS,
  streamJoins: {},
  foreignKeys: {},
  versioned: { versionedSource: 0.5, versionedAggregate: 0.35, versionedToTable: 0.4, versionedMapValues: 0.35 },
  processors: { ...OFTEN_THROUGH_TOPICS, punctuatorWeight: 9, previousWeight: 2 },
  stores: { previousWeight: 2 },
  suppress: {},
  // The value that is refused is ASCII.
  errors: { unicode: 0, refusingGlobalStore: 0.5, failingExtractorWeight: 3 },
  cache: {},
  headers: { ...OFTEN_THROUGH_TOPICS, headers: 1, partitioner: 0.2, previousWeight: 2, addHeaderWeight: 3 },
  mixed: OFTEN_THROUGH_TOPICS,
} as const satisfies Record<string, Partial<Traits>>;

/** What the topology of a case is mostly about. */
export type Profile = keyof typeof OWN;

export const PROFILES = Object.keys(OWN) as readonly Profile[];

export function traitsOf(profile: Profile): Traits {
  return { ...USUAL, ...OWN[profile] };
}
