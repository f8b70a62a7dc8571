import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { StreamsBuilder } from '../../streams/index.js';
import { TestApplication } from '../runtime/test-application.js';

/**
 * Expected: the application can be closed while a processor waits for something that never comes: it gives the record up
 * and leaves it to the next start (Java has `KafkaStreams.close(Duration)`; a blocked thread leaves the group after
 * `max.poll.interval.ms`). The users application promises a clean exit within 10 s of SIGTERM.
 *
 * Why it fails: `WorkerGroup.commitAndPark` awaits `task.settle()` without an end, and no option bounds it. A
 * revocation hangs there, too, and does not poll.
 */
describe('a processor whose promise never settles', () => {
  it('does not keep the application from closing', async () => {
    const app = new TestApplication();
    app.createTopics();
    let begun = 0;
    const builder = new StreamsBuilder();
    builder.stream<string, number>('in').process<string, string>(() => async () => {
      begun++;
      await new Promise<void>(() => {});
    });
    const streams = app.start({}, builder.build());
    app.send(1);
    await app.until(() => begun === 1);
    const closed = streams.close().then(() => 'closed');
    assert.equal(await Promise.race([closed, delay(12_000, 'still open')]), 'closed');
  });
});
