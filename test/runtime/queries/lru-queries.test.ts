import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Stores, StreamsBuilder } from '../../../streams/index.js';
import { NO_HEADERS } from '../../../streams/kafka/record.js';
import { applicationForEachTest } from '../application-for-each-test.js';
import type { TestApplication } from '../test-application.js';
import { listed, processedBy, STORE, TOPIC } from './contract/subject.js';

describe('a query of an LRU store', () => {
  let app: TestApplication;
  applicationForEachTest(created => {
    app = created;
    app.cluster.createTopic(TOPIC, 1);
  });

  it('makes no entry more recent', async () => {
    const builder = new StreamsBuilder();
    const store = Stores.lruMap<string, string>({ name: STORE, maxEntries: 2 });
    processedBy(builder, store, (rows, { key, value }) => rows.put(key, value));
    const streams = app.start({}, builder.build());
    await app.until(() => streams.state === 'RUNNING');
    const send = (key: string): void => {
      const record = { key: Buffer.from(key), value: Buffer.from('"x"'), timestamp: 0, headers: NO_HEADERS };
      app.cluster.log(TOPIC, 0).append(record, undefined);
    };
    send('a');
    send('b');
    await app.untilCommitted(2, TOPIC);
    const rows = streams.store<string, string>(STORE, 'keyValue');
    assert.equal(await rows.get('a'), 'x');
    assert.equal((await listed(rows.range('a', 'a'))).length, 1);
    send('c');
    await app.untilCommitted(3, TOPIC);
    assert.deepEqual(
      (await listed(rows.all())).map(({ key }) => key),
      ['b', 'c'],
    );
  });
});
