import assert from 'node:assert/strict';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../streams/kafka/embedded-broker.js';
import type { ConsumerRecord } from '../../streams/kafka/record.js';
import { readAll } from '../broker/read-all.js';
import { until } from '../integration/until.js';
import { Input, type InputOptions } from './input.js';
import { INPUT_TOPIC, UserContent } from './user-content.js';

const PARTITIONS = 4;
const USERS = 400;
const SEND_MS = 400;
const LEAD_MS = 600_000;
const DISORDER_MS = 100;
const HOUR_MS = 3_600_000;

describe('the input of a chaos round', function () {
  this.timeout(60_000);
  let broker: EmbeddedBroker;

  beforeEach(async () => {
    broker = await startEmbeddedBroker();
  });

  afterEach(() => broker.stop());

  const inputWith = (plan: Partial<InputOptions['plan']> = {}): Input =>
    new Input({
      brokers: broker.address,
      plan: { records: USERS, sendMs: SEND_MS, ending: 'silence', ...plan },
      content: new UserContent(1, PARTITIONS, DISORDER_MS),
      leadMs: LEAD_MS,
    });
  const sent = (): Promise<ConsumerRecord[]> => readAll(broker.address, INPUT_TOPIC);

  it('sends each user once, and what ends the round to each partition', async () => {
    await inputWith({ ending: 'records' }).send();
    const records = await sent();
    const ends = records.filter(({ value }) => String(value) === 'the end of the round');
    assert.equal(records.length, USERS + PARTITIONS);
    assert.deepEqual(new Set(ends.map(({ partition }) => partition)).size, PARTITIONS);
    const latest = Math.max(...records.map(({ timestamp }) => timestamp));
    assert.ok(ends.every(({ timestamp }) => timestamp === latest));
  });

  it('is with the broker as far as it is sent when it is paused, and goes on later in event time too', async () => {
    const input = inputWith({ sendMs: 10 * SEND_MS });
    let before: readonly ConsumerRecord[] = [];
    let time = 0;
    const sending = input.send();
    await until(
      'some users are sent',
      30_000,
      () => sent().catch(() => []),
      records => records.length > 0,
    );
    const paused = await input.pause(async now => {
      before = await sent();
      now.delayTime(HOUR_MS);
      time = now.time;
    });
    await sending;
    assert.equal(paused, true);
    const records = await sent();
    assert.equal(records.length, USERS);
    assert.ok(before.length > 0 && before.length < USERS);
    assert.ok(before.every(({ timestamp }) => timestamp < time - HOUR_MS));
    const after = records.filter(
      ({ partition, offset }) => !before.some(r => r.partition === partition && r.offset === offset),
    );
    assert.ok(after.every(({ timestamp }) => timestamp > time - DISORDER_MS));
  });

  it('distinguishes one pause from another, and makes them one after the other', async () => {
    const input = inputWith();
    const numbers: number[] = [];
    const pauses = [1, 2, 3].map(() => input.pause(async ({ number }) => void numbers.push(number)));
    await input.send();
    assert.deepEqual(await Promise.all(pauses), [true, true, true]);
    assert.deepEqual(numbers, [0, 1, 2]);
  });

  it('goes on if what was done in a pause fails', async () => {
    const input = inputWith();
    const failing = input.pause(() => Promise.reject(new Error('failed in the pause')));
    await Promise.all([input.send(), assert.rejects(failing, /failed in the pause/)]);
    assert.equal((await sent()).length, USERS);
  });

  it('is not paused when all users are sent', async () => {
    const input = inputWith();
    await input.send();
    assert.equal(await input.pause(() => assert.fail('there is nothing to pause')), false);
  });
});
