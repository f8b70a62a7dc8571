import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type Consumer, KafkaClientError, type Ports } from '../../../streams/kafka/ports.js';
import { takeSlot } from '../../../streams/runtime/state/state-directory.js';
import { TestApplication } from '../test-application.js';

describe('a task that can not start after it was restored', () => {
  let app: TestApplication;
  let stateDir: string;

  beforeEach(async () => {
    app = new TestApplication();
    stateDir = await mkdtemp(path.join(tmpdir(), 'failed-start-'));
  });

  afterEach(async () => {
    await app.close();
    await rm(stateDir, { recursive: true, force: true });
  });

  it('gives its files back, so that the next worker starts it', async () => {
    app.createTopics();
    const streams = app.create(
      { stateDir },
      {
        ports: withoutFirstTopicId(app.cluster.ports),
        takeDirectory: (config, logger) => takeSlot(config.stateDir, config.applicationId, logger),
      },
    );
    streams.start();
    app.send(1);
    await app.until(() => app.output().length > 0);
    assert.deepEqual(app.output(), ['1']);
    assert.deepEqual(app.warnings, ['worker stopped, a new one follows in 250 ms: no answer']);
  });
});

/** The cluster does not answer the first question that is asked when a task starts. */
function withoutFirstTopicId(ports: Ports): Ports {
  let asked = false;
  return {
    ...ports,
    consumer: options => {
      const consumer = ports.consumer(options);
      return new Proxy<Consumer>(consumer, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name);
          if (name === 'topicId' && !asked) {
            return async () => {
              asked = true;
              throw new KafkaClientError('no answer', 'retriable', -1);
            };
          }
          return typeof member === 'function' ? member.bind(target) : member;
        },
      });
    },
  };
}
