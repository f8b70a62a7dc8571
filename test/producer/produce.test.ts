import assert from 'node:assert/strict';
import { BrokenInputError } from '../../producer/broken-input-error.js';
import { generatedUsers } from '../../producer/generator/generated-users.js';
import { produceUsers } from '../../producer/produce.js';
import type { RecordBatch } from '../../producer/record-source.js';
import type { Timer } from '../../producer/timer.js';
import { MemorySink } from './memory-sink.js';

/** Time passes only by sleeping. */
class ManualTimer implements Timer {
  time = 1_000_000;
  sleeps = 0;

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time - 1_000_000;
  }

  async sleep(ms: number): Promise<void> {
    this.sleeps += 1;
    this.time += ms;
  }
}

async function* numbers(count: number, batchSize = 10, sized = true): AsyncGenerator<RecordBatch> {
  for (let from = 0; from < count; from += batchSize) {
    const size = Math.min(batchSize, count - from);
    yield {
      records: Array.from({ length: size }, (_, i) => ({ key: `k${from + i}`, value: Buffer.from(`${from + i}`) })),
      fraction: sized ? (from + size) / count : undefined,
    };
  }
}

describe('produceUsers', () => {
  it('sends all records in order and confirms their delivery', async () => {
    const sink = new MemorySink();
    const result = await produceUsers(numbers(25), sink, { timer: new ManualTimer() });
    assert.deepEqual(result, { produced: 25, failed: 0, firstError: undefined, seconds: 0, end: { kind: 'complete' } });
    assert.deepEqual(
      sink.records.map(({ key, value }) => [key, value]),
      Array.from({ length: 25 }, (_, i) => [`k${i}`, `${i}`]),
    );
    assert.equal(sink.flushes, 1);
  });

  it('waits while the sink is full, and drops nothing', async () => {
    const sink = new MemorySink(7);
    const { produced } = await produceUsers(generatedUsers(1_000, 3), sink, { timer: new ManualTimer() });
    assert.equal(produced, 1_000);
    assert.equal(new Set(sink.records.map(({ value }) => value)).size, 1_000);
    assert.equal(sink.drains, Math.ceil(1_000 / 7) - 1);
  });

  it('reads on only after the sink took the batch before', async () => {
    const sink = new MemorySink(1);
    let read = 0;
    const counted = async function* () {
      for await (const batch of numbers(50)) {
        assert.equal(sink.records.length, read);
        read += batch.records.length;
        yield batch;
      }
    };
    await produceUsers(counted(), sink, { timer: new ManualTimer() });
    assert.equal(sink.records.length, 50);
  });

  it('keeps to the rate, evenly', async () => {
    const timer = new ManualTimer();
    const sink = new MemorySink();
    const startedAt = timer.now();
    const { seconds } = await produceUsers(numbers(1_001, 500), sink, { timer, rate: 100 });
    assert.ok(seconds >= 10 && seconds < 10.01, String(seconds));
    for (const [index, { timestamp }] of sink.records.entries()) {
      const ahead = startedAt + index * 10 - timestamp;
      assert.ok(ahead <= 0 && ahead > -10, `record ${index} is ${ahead} ms early`);
    }
  });

  it('keeps to a rate above a thousand a second', async () => {
    const timer = new ManualTimer();
    const { seconds } = await produceUsers(numbers(50_001, 500), new MemorySink(), { timer, rate: 50_000 });
    assert.ok(seconds >= 1 && seconds < 1.01, String(seconds));
  });

  it('stamps records with the time when they are sent', async () => {
    const timer = new ManualTimer();
    const sink = new MemorySink();
    sink.onSend = () => {
      timer.time += 3;
    };
    await produceUsers(numbers(5), sink, { timer });
    assert.deepEqual(
      sink.records.map(({ timestamp }) => timestamp - 1_000_000),
      [0, 3, 6, 9, 12],
    );
  });

  it('spreads timestamps evenly over the time span up to the start, whatever the batches', async () => {
    for (const batchSize of [1, 7, 1_000]) {
      const sink = new MemorySink();
      await produceUsers(numbers(600, batchSize), sink, { timer: new ManualTimer(), timestampsOverMs: 600_000 });
      assert.deepEqual(
        sink.records.map(({ timestamp }) => timestamp),
        Array.from({ length: 600 }, (_, i) => 1_000_000 - 600_000 + (i + 1) * 1_000),
      );
    }
  });

  it('refuses to spread timestamps over a source of unknown size', async () => {
    const options = { timer: new ManualTimer(), timestampsOverMs: 1_000 };
    await assert.rejects(produceUsers(numbers(5, 5, false), new MemorySink(), options), /size is known/);
  });

  it('stops reading when it is aborted, and confirms what was sent', async () => {
    const stop = new AbortController();
    const sink = new MemorySink();
    sink.onSend = () => {
      if (sink.records.length === 13) stop.abort();
    };
    const result = await produceUsers(numbers(1_000), sink, { timer: new ManualTimer(), signal: stop.signal });
    assert.deepEqual([result.produced, result.end.kind, sink.flushes], [13, 'stopped', 1]);
  });

  it('stops waiting for a full sink when it is aborted', async () => {
    const stop = new AbortController();
    const sink = new MemorySink(5);
    sink.drained = async () => stop.abort();
    const result = await produceUsers(numbers(1_000), sink, { timer: new ManualTimer(), signal: stop.signal });
    assert.deepEqual([result.produced, result.end.kind], [5, 'stopped']);
  });

  it('delivers what came before the place where the source is broken, and reports the place', async () => {
    const error = new BrokenInputError('unexpected "x"', { line: 3, record: 21, byte: 500 });
    const breaking = async function* () {
      yield* numbers(20);
      throw error;
    };
    const result = await produceUsers(breaking(), new MemorySink(), { timer: new ManualTimer() });
    assert.deepEqual([result.produced, result.end], [20, { kind: 'broken', error }]);
  });

  it('passes any other error of the source on', async () => {
    const failing = async function* (): AsyncGenerator<RecordBatch> {
      yield* numbers(1);
      throw new TypeError('a bug');
    };
    await assert.rejects(produceUsers(failing(), new MemorySink(), { timer: new ManualTimer() }), /a bug/);
  });

  it('reports how many records failed, and why the first of them did', async () => {
    const result = await produceUsers(numbers(20), new MemorySink(100, 3), { timer: new ManualTimer() });
    assert.deepEqual([result.produced, result.failed, result.firstError], [17, 3, 'refused']);
  });

  it('reports its progress, at last that all is sent', async () => {
    const seen: unknown[] = [];
    await produceUsers(numbers(25), new MemorySink(), {
      timer: new ManualTimer(),
      onProgress: ({ sent, fraction }) => seen.push([sent, fraction]),
    });
    assert.deepEqual(seen, [
      [10, 0.4],
      [20, 0.8],
      [25, 1],
      [25, 1],
    ]);
  });
});
