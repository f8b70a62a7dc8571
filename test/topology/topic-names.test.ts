import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'mocha';
import { monitorConfig } from '../../monitor/environment.js';
import { producerCommand } from '../../producer/command.js';
import { ConfigError } from '../../streams/index.js';
import { InMemoryCluster } from '../../streams/testing/in-memory-cluster.js';
import { ManualClock } from '../../streams/testing/manual-clock.js';
import { usersOptions } from '../../topology/application.js';
import { usersConfig } from '../../topology/environment.js';
import { createTopics } from '../../topology/topics.js';
import { usersTopology } from '../../topology/users.js';
import { CHECKOUT } from '../broker/checkout.js';

const NAMES = {
  TOPIC_USER: 'people',
  TOPIC_USER_CLEANED: 'people.cleaned',
  TOPIC_USER_REJECTED: 'people.rejected',
  TOPIC_COUNTRY_COUNT: 'people.countries',
  TOPIC_DISTINCT_USERS: 'people.distinct',
  TOPIC_WINDOW_SUMMARY: 'people.summary',
};

const producerTopic = (env: Readonly<NodeJS.ProcessEnv>, ...args: readonly string[]): unknown => {
  const command = producerCommand(['--generate', '1', ...args], env);
  return command.kind === 'produce' ? command.topic : undefined;
};

describe('the names of the topics', () => {
  it('are those of the documentation, if none is set', () => {
    const expected = ['user', 'user-cleaned', 'user-rejected', 'country-count', 'distinct-users', 'window-summary'];
    assert.deepEqual(Object.values(usersConfig({}).topics), expected);
    assert.deepEqual(Object.values(usersConfig({ TOPIC_USER: '' }).topics), expected);
    assert.deepEqual(monitorConfig({}).topics, usersConfig({}).topics);
    assert.equal(producerTopic({}), 'user');
  });

  it('are settings, the same for all commands', async () => {
    const config = usersConfig(NAMES);
    assert.deepEqual(Object.values(config.topics), Object.values(NAMES));
    assert.deepEqual(monitorConfig(NAMES).topics, config.topics);
    assert.equal(producerTopic(NAMES), 'people');
    assert.equal(producerTopic(NAMES, '--topic', 'other'), 'other');
    assert.equal(usersOptions(config).deadLetterTopic, 'people.rejected');
    const description = usersTopology(config).describe();
    const used = [...description.matchAll(/topics?: \[?([\w.-]+)\]?/g)].map(([, topic = '']) => topic);
    assert.deepEqual(
      used.filter(topic => !topic.endsWith('-repartition')).sort(),
      Object.values(NAMES)
        .filter(topic => topic !== 'people.rejected')
        .sort(),
    );
  });

  it('are those of the topics that are created', async () => {
    const cluster = new InMemoryCluster(new ManualClock(0));
    await createTopics(cluster.ports.admin(), usersConfig(NAMES).topics);
    for (const topic of Object.values(NAMES)) assert.equal(cluster.logs(topic).length, 4, topic);
  });

  it('are refused in one line that names the setting, by each command', () => {
    const wrong: readonly [Record<string, string>, RegExp][] = [
      [{ TOPIC_USER: 'a b' }, /^TOPIC_USER must be a name of a topic: .* but is "a b"$/],
      [{ TOPIC_USER_CLEANED: '..' }, /^TOPIC_USER_CLEANED must be /],
      [{ TOPIC_COUNTRY_COUNT: 'x'.repeat(250) }, /^TOPIC_COUNTRY_COUNT must be /],
      [{ TOPIC_USER_CLEANED: 'user' }, /^TOPIC_USER and TOPIC_USER_CLEANED are both "user"$/],
    ];
    for (const [env, message] of wrong) {
      for (const read of [usersConfig, monitorConfig]) {
        assert.throws(
          () => read(env),
          (error: unknown) => error instanceof ConfigError && message.test(error.message),
        );
      }
    }
    assert.throws(() => producerTopic({ TOPIC_USER: 'a b' }), /^ConfigError: TOPIC_USER must be/);
  });

  it('are handed on to the containers that use them', async () => {
    const compose = await readFile(path.join(CHECKOUT, 'docker-compose.yml'), 'utf8');
    const passed = (service: string): string[] => {
      const [text = ''] = new RegExp(`\\n  ${service}:\\n(?: {4}.*\\n|\\n)+`).exec(compose) ?? [];
      return [...text.matchAll(/(TOPIC_\w+): \$\{\1:-\}/g)].map(([, name = '']) => name);
    };
    assert.deepEqual(passed('producer'), ['TOPIC_USER']);
    assert.deepEqual(passed('topology'), Object.keys(NAMES));
    assert.deepEqual(passed('monitor'), Object.keys(NAMES));
  });
});
