import { ConfigError } from './config-error.js';

/** Kafka's rule for the names of topics. */
export const TOPIC_NAME = /^(?!\.{1,2}$)[\w.-]{1,249}$/;

/**
 * The topics of an application, by their purpose. Each has a variable, named after its default: that of `user-cleaned`
 * is `TOPIC_USER_CLEANED`. An empty variable counts as not set.
 *
 * @throws ConfigError of one line that names the variable, if a name is not valid, or if two are the same
 */
export function topicsFromEnvironment<T extends Readonly<Record<string, string>>>(
  env: Readonly<NodeJS.ProcessEnv>,
  defaults: T,
): { readonly [N in keyof T]: string } {
  const variables = new Map<string, string>();
  const topicOf = (byDefault: string): string => {
    const variable = `TOPIC_${byDefault.toUpperCase().replaceAll('-', '_')}`;
    const topic = env[variable] || byDefault;
    if (!TOPIC_NAME.test(topic)) {
      const rule = "1 to 249 letters, digits, '.', '_' and '-'";
      throw new ConfigError(`${variable} must be a name of a topic: ${rule}, but is ${JSON.stringify(topic)}`);
    }
    const other = variables.get(topic);
    if (other !== undefined) throw new ConfigError(`${other} and ${variable} are both ${JSON.stringify(topic)}`);
    variables.set(topic, variable);
    return topic;
  };
  const topics = {
    ...defaults,
    ...Object.fromEntries(Object.entries(defaults).map(([name, byDefault]) => [name, topicOf(byDefault)])),
  };
  return Object.freeze(topics);
}
