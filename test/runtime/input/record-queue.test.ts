import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { bufferedBytes, RecordQueue } from '../../../streams/runtime/input/record-queue.js';
import { record } from '../scripted-consumer.js';

setFlagsFromString('--expose-gc');

const at = (offset: number) => record('t', 0, offset, null, null);

describe('RecordQueue', () => {
  it('gives records in the order in which they came, and is positioned after the last one taken', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), adds => {
        const queue = new RecordQueue('t', 0);
        queue.seek(0);
        let added = 0;
        let taken = 0;
        for (const add of adds) {
          if (add) queue.add(at(added++ * 2));
          else {
            assert.equal(queue.peek()?.offset, taken < added ? taken * 2 : undefined);
            const head = queue.take();
            assert.equal(head?.offset, taken < added ? taken * 2 : undefined);
            if (head !== undefined) taken++;
            assert.equal(queue.position, taken === 0 ? 0 : (taken - 1) * 2 + 1);
          }
          assert.equal(queue.size, added - taken);
        }
      }),
    );
  });

  it('has no position before it is given one', () => {
    assert.equal(new RecordQueue('t', 0).position, -1);
  });

  it('has moved when its position is not the committed one', () => {
    const queue = new RecordQueue('t', 0);
    queue.seek(5);
    assert.equal(queue.moved, false);
    queue.add(at(5));
    assert.equal(queue.moved, false);
    queue.take();
    assert.equal(queue.moved, true);
    queue.committed();
    assert.equal(queue.moved, false);
  });

  it('knows the end of the partition until more comes', () => {
    const queue = new RecordQueue('t', 0);
    queue.endAt(3);
    assert.equal(queue.end, 3);
    queue.add(at(3));
    assert.equal(queue.end, undefined);
  });

  it('knows no end while it is paused: what follows is not fetched', () => {
    const queue = new RecordQueue('t', 0);
    queue.endAt(3);
    queue.pause();
    assert.equal(queue.end, undefined);
    queue.endAt(3);
    assert.equal(queue.end, undefined);
    queue.resume();
    queue.endAt(4);
    assert.equal(queue.end, 4);
  });

  it('takes as much memory as the records that are in it', () => {
    const sized = (offset: number, length: number) => record('t', 0, offset, null, 'v'.repeat(length));
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(2000), { freq: 2 })), lengths => {
        const queue = new RecordQueue('t', 0);
        queue.seek(0);
        const inside: number[] = [];
        lengths.forEach((length, offset) => {
          if (length === null) {
            queue.take();
            inside.shift();
          } else {
            queue.add(sized(offset, length));
            inside.push(bufferedBytes(sized(offset, length)));
          }
          assert.equal(
            queue.bytes,
            inside.reduce((sum, bytes) => sum + bytes, 0),
          );
        });
        queue.seek(0);
        assert.equal(queue.bytes, 0);
      }),
    );
  });

  it('does not keep what was taken, though it is never empty', async () => {
    const collect = runInNewContext('gc') as () => void;
    const queue = new RecordQueue('t', 0);
    queue.seek(0);
    queue.add(at(0));
    const taken: WeakRef<object>[] = [];
    for (let offset = 1; offset <= 10_000; offset++) {
      queue.add(at(offset));
      taken.push(new WeakRef(queue.take() ?? {}));
    }
    // A WeakRef holds its object until the turn of the event loop ends.
    await immediate();
    collect();
    const kept = taken.filter(ref => ref.deref() !== undefined).length;
    assert.ok(kept < 10, `${kept} records are kept`);
  });

  it('is positioned after the markers at the end, once everything before them is processed', () => {
    const queue = new RecordQueue('t', 0);
    queue.seek(0);
    queue.add(at(0));
    queue.endAt(3);
    queue.skipMarkers();
    assert.equal(queue.position, 0);
    queue.take();
    queue.skipMarkers();
    assert.equal(queue.position, 3);
    queue.skipMarkers();
    assert.equal(queue.position, 3);
  });

  it('does not go back to an end before its position', () => {
    const queue = new RecordQueue('t', 0);
    queue.seek(7);
    queue.endAt(3);
    queue.skipMarkers();
    assert.equal(queue.position, 7);
  });

  it('starts again at the offset of a seek: nothing queued, no end known', () => {
    const queue = new RecordQueue('t', 0);
    queue.seek(0);
    queue.add(at(0));
    queue.take();
    queue.add(at(1));
    queue.endAt(2);
    queue.seek(0);
    assert.deepEqual([queue.size, queue.position, queue.end, queue.moved], [0, 0, undefined, false]);
  });
});
