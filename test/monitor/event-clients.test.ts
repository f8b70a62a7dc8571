import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'mocha';
import { EventClients, type EventStream, eventText } from '../../monitor/event-clients.js';

/** A client that reads when the test lets it. */
class FakeStream extends EventEmitter implements EventStream {
  readonly written: string[] = [];
  writableLength = 0;
  reads = true;
  ended = false;
  destroyed = false;

  write(text: string): boolean {
    this.written.push(text);
    if (!this.reads) this.writableLength += text.length;
    return this.reads;
  }

  catchUp(): void {
    this.reads = true;
    this.writableLength = 0;
    this.emit('drain');
  }

  end(): void {
    this.ended = true;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

const SNAPSHOT = eventText('snapshot', 'x'.repeat(10_000));

describe('the listeners to events', () => {
  it('get what is sent to all, after what is for them first', () => {
    const clients = new EventClients(() => 0);
    const [early, late] = [new FakeStream(), new FakeStream()];
    clients.add(early, 'first');
    clients.send('a');
    clients.add(late, 'first');
    clients.send('b');
    assert.deepEqual(
      [early.written, late.written],
      [
        ['first', 'a', 'b'],
        ['first', 'b'],
      ],
    );
  });

  it('miss events rather than let memory grow, and go on with the newest when they have read', () => {
    const clients = new EventClients(() => 0);
    const slow = new FakeStream();
    slow.reads = false;
    clients.add(slow, 'first');
    for (let second = 0; second < 1000; second++) clients.send(SNAPSHOT);
    assert.ok(slow.writableLength < 300_000, String(slow.writableLength));
    slow.catchUp();
    clients.send('newest');
    assert.equal(slow.written.at(-1), 'newest');
    assert.equal(slow.destroyed, false);
  });

  it('are cut off when they have read nothing for half a minute, and not for having been slow before', () => {
    let now = 0;
    const clients = new EventClients(() => now);
    const [gone, slow] = [new FakeStream(), new FakeStream()];
    for (const stream of [gone, slow]) {
      stream.reads = false;
      clients.add(stream, 'first');
    }
    now = 25_000;
    slow.catchUp();
    clients.send(SNAPSHOT);
    now = 31_000;
    clients.send(SNAPSHOT);
    assert.deepEqual([gone.destroyed, slow.destroyed, clients.size], [true, false, 1]);
  });

  it('are forgotten when they go', () => {
    const clients = new EventClients(() => 0);
    const stream = new FakeStream();
    clients.add(stream, 'first');
    stream.emit('close');
    clients.send('a');
    assert.deepEqual([clients.size, stream.written], [0, ['first']]);
  });

  it('are limited in number', () => {
    const clients = new EventClients(() => 0);
    let count = 0;
    for (; !clients.full && count < 10_000; count++) clients.add(new FakeStream(), '');
    assert.equal(count, 100);
  });

  it('are ended with the server', () => {
    const clients = new EventClients(() => 0);
    const stream = new FakeStream();
    clients.add(stream, '');
    clients.close();
    assert.ok(stream.ended);
  });
});

describe('a server-sent event', () => {
  it('is one line of JSON, whatever text is in it', () => {
    assert.equal(eventText('snapshot', { a: 'x\n\ny' }), 'event: snapshot\ndata: {"a":"x\\n\\ny"}\n\n');
  });
});
