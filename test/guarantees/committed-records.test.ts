import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { decodeCheckpoint, encodeCheckpoint } from '../../streams/audit/checkpoint.js';
import { decodeWatermark, encodeWatermark } from '../../streams/runtime/time/watermark-record.js';

describe('a watermark record', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER }), (upstreamTask, time) => {
        assert.deepEqual(decodeWatermark(encodeWatermark({ upstreamTask, time })), { upstreamTask, time });
      }),
    );
  });

  it('is not what has other bytes', () => {
    const bytes = encodeWatermark({ upstreamTask: 1, time: 2 });
    for (const other of [null, Buffer.alloc(0), bytes.subarray(1), Buffer.alloc(16, 0xff), Buffer.alloc(16, 0x7f)]) {
      assert.throws(() => decodeWatermark(other), /not a watermark record/);
    }
  });
});

describe('a checkpoint', () => {
  it('comes back as it was, whatever topics are called', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), fc.nat()),
        fc.integer({ min: -1, max: 2 ** 50 }),
        (topics, streamTime) => {
          const counts = { in: topics, out: {}, rejected: 1, late: 2, dropped: 3 };
          const audit = {
            instance: 'i',
            host: null,
            offsets: { in: { begin: 0, next: 1 } },
            task: '0_1',
            streamTime,
            counts,
            times: { op: { outputWatermark: 5 } },
            watermarks: { r: [1, -1] },
          };
          assert.deepEqual(decodeCheckpoint(encodeCheckpoint(audit)), JSON.parse(JSON.stringify(audit)));
        },
      ),
    );
  });
});
