import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { beforeEach, describe, it } from 'mocha';
import { KafkaClientError, type PartitionOffsets } from '../../../streams/kafka/ports.js';
import { ChangelogEnds } from '../../../streams/runtime/restore/changelog-ends.js';
import { ChangelogOffsets } from '../../../streams/runtime/restore/changelog-offsets.js';
import { ManualClock } from '../../../streams/testing/manual-clock.js';
import { FakeProducer } from '../fake-producer.js';

const CHANGELOGS = [
  { taskId: '0_0', store: 'rows', topic: 'log', partition: 0 },
  { taskId: '0_1', store: 'rows', topic: 'log', partition: 1 },
];

class Broker extends FakeProducer {
  high = 0;

  override async partitionOffsets(): Promise<PartitionOffsets> {
    await super.partitionOffsets();
    return { low: 0, high: this.high };
  }
}

describe('how far the changelogs reach', () => {
  let broker: Broker;
  let clock: ManualClock;
  let offsets: ChangelogOffsets;

  beforeEach(() => {
    broker = new Broker();
    clock = new ManualClock(0);
    offsets = new ChangelogOffsets(new ChangelogEnds(broker), clock);
  });

  async function ask(high: number, transaction: number): Promise<void> {
    broker.high = high;
    clock.advance(3000);
    offsets.ask(CHANGELOGS, () => transaction);
    await immediate();
  }

  const of = (task: string): number | undefined => offsets.of(task).get('rows');

  it('is unknown at first', async () => {
    assert.equal(of('0_0'), undefined);
    await ask(10, 1);
    assert.equal(of('0_0'), undefined, 'nothing has committed yet');
  });

  it('holds once the transaction that was open when the answer came has committed', async () => {
    await ask(10, 2);
    offsets.committed(1);
    assert.equal(of('0_0'), undefined);
    offsets.committed(2);
    assert.deepEqual([of('0_0'), of('0_1')], [10, 10]);
  });

  it('stays where it is until a newer answer holds', async () => {
    await ask(10, 1);
    offsets.committed(1);
    await ask(20, 2);
    assert.equal(of('0_0'), 10);
    offsets.committed(2);
    assert.equal(of('0_0'), 20);
  });

  it('is not asked for more often than every few seconds, nor while an answer is awaited', async () => {
    const asked = (): number => broker.calls.filter(call => call === 'partitionOffsets').length;
    offsets.ask(CHANGELOGS, () => 1);
    clock.advance(10_000);
    offsets.ask(CHANGELOGS, () => 1);
    await immediate();
    assert.equal(asked(), 2);
    offsets.ask(CHANGELOGS, () => 1);
    await immediate();
    assert.equal(asked(), 4);
    clock.advance(2999);
    offsets.ask(CHANGELOGS, () => 1);
    await immediate();
    assert.equal(asked(), 4);
  });

  it('forgets answers that came before an abort', async () => {
    await ask(10, 1);
    offsets.aborted();
    offsets.committed(2);
    assert.equal(of('0_0'), undefined);
  });

  it('does without an answer where asking fails, and asks again later', async () => {
    broker.fail('partitionOffsets', new KafkaClientError('time-out', 'retriable', -1));
    await ask(10, 1);
    offsets.committed(1);
    assert.equal(of('0_0'), undefined);
    await ask(20, 2);
    offsets.committed(2);
    assert.equal(of('0_0'), 20);
  });

  it('knows nothing of a task that went away', async () => {
    await ask(10, 1);
    offsets.committed(1);
    await ask(20, 2);
    offsets.forget('0_0');
    offsets.committed(2);
    assert.deepEqual([of('0_0'), of('0_1')], [undefined, 20]);
  });
});
