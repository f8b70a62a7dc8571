import type { Check } from './harmed-application.js';
import { settled } from './settled.js';
import type { Truth } from './truth.js';
import { verify } from './verify.js';

/** Compares the output of the users application with the truth. */
export function usersCheck(brokers: string, auditTopic: string, truth: Truth): Check {
  return {
    produced: truth.produced,
    settled: timeoutMs => settled(brokers, auditTopic, truth, timeoutMs),
    differences: () => verify(brokers, auditTopic, truth),
  };
}
