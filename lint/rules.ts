/** The rooms of a folder, from the top to the bottom. A file imports from its own room, and from rooms on lower floors. */
export interface Floors {
  readonly within: string;
  /** The rooms on one floor do not import each other. A room is a folder or a file of `within`. */
  readonly floors: readonly (readonly string[])[];
}

export interface Rules {
  readonly houses: readonly Floors[];
  /** What is of the library. Other folders import it by its entries. */
  readonly library: readonly string[];
  /** Folders that may import the library's files too, since they test and measure them. */
  readonly insiders: readonly string[];
  /** The entries that a folder may import; folders that are not named may import all. */
  readonly entries: Readonly<Record<string, readonly string[]>>;
  /** Rooms whose files may import each other in a circle. */
  readonly circles: readonly string[];
}

export const RULES: Rules = {
  houses: [
    {
      within: '.',
      floors: [
        ['bench'],
        ['test'],
        ['examples', 'lint', 'topology'],
        ['monitor', 'producer'],
        ['command'],
        ['streams'],
        ['stores'],
      ],
    },
    {
      within: 'streams',
      floors: [['index.ts'], ['http', 'metrics', 'testing'], ['runtime'], ['audit', 'dsl'], ['kafka', 'network']],
    },
    {
      within: 'streams/dsl',
      floors: [['api', 'pipe'], ['declare'], ['graph'], ['processor'], ['options'], ['serde'], ['windows']],
    },
    {
      within: 'stores',
      floors: [['kinds'], ['bytes'], ['encoding']],
    },
    {
      within: 'streams/runtime',
      floors: [
        ['application-reset.ts', 'kafka-streams.ts', 'stream-processes.ts'],
        ['topology-planner.ts'],
        ['worker'],
        ['commit', 'queries', 'standby'],
        ['global', 'task'],
        ['compile', 'restore', 'state'],
        ['input', 'plan', 'processors'],
        ['output', 'streams-config.ts'],
        ['errors.ts', 'invalid-state-store-error.ts', 'state-error.ts', 'status', 'time'],
      ],
    },
  ],
  library: ['streams', 'stores'],
  insiders: ['test'],
  entries: {
    command: ['tributary/http', 'tributary/kafka'],
    monitor: ['tributary/audit', 'tributary/http', 'tributary/kafka'],
    producer: ['tributary/kafka'],
  },
  // The classes of the fluent API return each other. The nodes of a topology are parents of each other.
  circles: ['streams/dsl/api', 'streams/dsl/graph/nodes'],
};
