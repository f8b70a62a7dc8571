/** Its records are older than most of the other topic's. */
export const OLD_TOPIC = 'two-sources-old';
export const NEW_TOPIC = 'two-sources-new';
export const OUT_TOPIC = 'two-sources-out';
