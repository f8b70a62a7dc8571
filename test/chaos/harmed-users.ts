import { type HarmedApplication, IDLE_MS } from './harmed-application.js';
import { HostileRecords } from './hostile-records.js';
import { readTruth } from './read-truth.js';
import { INPUT_TOPIC, UserContent } from './user-content.js';
import { usersCheck } from './users-check.js';

const PARTITIONS = 4;
const WINDOW_MS = 5000;
const GRACE_MS = 10_000;

/** The users application in the rounds. */
export const harmedUsers: HarmedApplication = {
  program: ['topology', 'main.js'],
  environment: { WINDOW_SIZE: `${WINDOW_MS}ms`, WINDOW_GRACE: `${GRACE_MS}ms` },
  plan: {},
  partitions: PARTITIONS,
  tasks: PARTITIONS,
  watchedTopic: 'user-cleaned',
  toCloseMs: WINDOW_MS + GRACE_MS + IDLE_MS,
  timeMayJump: true,
  prepare: () => Promise.resolve(),
  beforeEnd: () => Promise.resolve(),
  content: seed => new UserContent(seed, PARTITIONS),
  hostileRecords: (random, now) => {
    const hostile = new HostileRecords(random, PARTITIONS, now);
    return new Map([[INPUT_TOPIC, hostile.addHeaders().addValues().addSizes().addTimes().all]]);
  },
  check: async ({ brokers, auditTopic, believedUpTo }) => {
    const truth = await readTruth(brokers, { windowMs: WINDOW_MS, graceMs: GRACE_MS, believedUpTo });
    return usersCheck(brokers, auditTopic, truth);
  },
};
