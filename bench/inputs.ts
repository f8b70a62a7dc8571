import { DEFAULT_TOPICS } from '../command/users-topics.js';
import { deleteTopics } from '../test/broker/topics.js';
import { ENRICH_TOPICS, EnrichInput } from './load/enrich-input.js';
import type { GeneratedInput, InputOptions, ResultsInput } from './load/generated-input.js';
import { inTopic, type LoadOptions, load } from './load/load.js';
import { MATCH_TOPICS, MatchInput } from './load/match-input.js';
import { SESSIONS_TOPICS, SessionsInput } from './load/sessions-input.js';
import { Workload, type WorkloadOptions } from './load/workload.js';
import { rightUsers } from './measure/check-result.js';
import { type RightAnswer, rightResults } from './measure/right-answer.js';
import type { PeerTopics, ResultsTopics, UsersTopics } from './peers/peer.js';
import type { ShopWorkload } from './peers/shop-topologies.js';

/** The input of a workload, and the right answer to it. */
export interface WorkloadInput<T extends PeerTopics> {
  readonly topics: readonly string[];
  /** `right` is called once `input` has been iterated. */
  generate(options: WorkloadOptions): { readonly input: GeneratedInput; readonly right: () => RightAnswer<T> };
}

export const USERS_INPUT: WorkloadInput<UsersTopics> = {
  topics: [DEFAULT_TOPICS.user],
  generate: options => {
    const workload = new Workload(options);
    return { input: inTopic(DEFAULT_TOPICS.user, workload), right: () => rightUsers(workload.result) };
  },
};

export const SHOP_INPUTS: Readonly<Record<ShopWorkload, WorkloadInput<ResultsTopics>>> = {
  enrich: shopInput(ENRICH_TOPICS, options => new EnrichInput(options)),
  match: shopInput(MATCH_TOPICS, options => new MatchInput(options)),
  sessions: shopInput(SESSIONS_TOPICS, options => new SessionsInput(options), { isTable: true }),
};

function shopInput(
  topics: readonly string[],
  newInput: (options: InputOptions) => ResultsInput,
  { isTable } = { isTable: false },
): WorkloadInput<ResultsTopics> {
  return {
    topics,
    generate: options => {
      const input = newInput(options);
      return { input, right: () => rightResults(input.right, { isTable }) };
    },
  };
}

/** Makes the input again. Resolves with the right answer once the broker has each record once. */
export async function loadAgain<T extends PeerTopics>(
  address: string,
  { topics, generate }: WorkloadInput<T>,
  { workload, ...options }: LoadOptions & { readonly workload: WorkloadOptions },
): Promise<RightAnswer<T>> {
  await deleteTopics(address, topics);
  const { input, right } = generate(workload);
  await load(address, input, options);
  return right();
}
