import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { KafkaClientError } from '../../streams/kafka/ports.js';
import { isOtherTopic, TopicIds, unreadableTopic } from '../../streams/kafka/topic-ids.js';

const line = (topic: string, from: string, to: string): string =>
  `[thrd:main]: Topic ${topic} changed id from ${from} to ${to}`;
const NONE = 'AAAAAAAAAAAAAAAAAAAAAA';
const FIRST = 'wtiP02VARXmMLkJ9NBVU3g';
const SECOND = 'EIPOEdKRQmORwnK2QWznZQ';

describe('the ids of topics in the log of the client', () => {
  it('are those that topics have when they are first met', () => {
    const ids = new TopicIds();
    ids.onLog(line('in', NONE, FIRST));
    ids.onLog('[thrd:main]:   Topic in with 2 partitions');
    assert.deepEqual([ids.get('in'), ids.get('out')], [FIRST, undefined]);
    ids.check();
  });

  it('show that a topic was created again, and which one', () => {
    for (const from of [FIRST, NONE]) {
      const ids = new TopicIds();
      ids.onLog(line('in', NONE, FIRST));
      ids.onLog(line('in', from, SECOND));
      assert.equal(ids.get('in'), FIRST, 'what was read is of that one');
      assert.throws(
        () => ids.check(),
        (error: unknown) =>
          error instanceof KafkaClientError &&
          error.kind === 'fatal' &&
          isOtherTopic(error) &&
          error.message === 'topic in was deleted and created again',
      );
    }
  });

  it('are not known where the broker has none', () => {
    const ids = new TopicIds();
    ids.onLog(line('in', FIRST, NONE));
    assert.equal(ids.get('in'), undefined);
    ids.check();
  });

  it('are there beside what else is to be logged', () => {
    assert.equal(TopicIds.debugContexts(undefined), 'metadata');
    assert.equal(TopicIds.debugContexts('cgrp,fetch'), 'cgrp,fetch,metadata');
  });
});

describe('a topic that the client can not read', () => {
  it('is named with the reason', () => {
    const said = '[thrd:main]: Error in metadata reply for topic in (PartCnt 0): Broker: Unknown topic or partition';
    assert.equal(unreadableTopic(said), "topic in can't be read: Broker: Unknown topic or partition");
    assert.equal(unreadableTopic('[thrd:main]: Topic in with 2 partitions'), undefined);
  });
});
