import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import { describe, it } from 'mocha';
import { startEmbeddedBroker } from 'tributary/kafka';
import { readAll } from '../../test/broker/read-all.js';
import { MURMUR2_VECTORS } from '../../test/kafka/murmur2-vectors.js';
import type { KeyPlacement } from '../load/input-producer.js';
import { inTopic, produceAll } from '../load/load.js';

const PARTITIONS = 4;

const MURMUR2 = new Map(MURMUR2_VECTORS);

describe('the keys of the load', function () {
  this.timeout(20_000);

  const expected: readonly (readonly [KeyPlacement, (key: string) => number])[] = [
    ['in-place', key => ((MURMUR2.get(key) ?? 0) & 0x7fffffff) % PARTITIONS],
    ['elsewhere', key => crc32(key) % PARTITIONS],
  ];
  for (const [keys, partitionOf] of expected) {
    it(`${keys}: are in the partitions of ${keys === 'in-place' ? 'Java' : 'librdkafka'}'s default partitioner`, async () => {
      const broker = await startEmbeddedBroker();
      try {
        const records = [...MURMUR2.keys()].map(key => ({ key, value: key, timestamp: Date.now() }));
        await produceAll(broker.address, inTopic('user', records), keys);
        const read = await readAll(broker.address, 'user');
        const partitions = new Map(read.map(({ key, partition }) => [String(key), partition]));
        assert.deepEqual(partitions, new Map(read.map(({ key }) => [String(key), partitionOf(String(key))])));
        assert.equal(read.length, MURMUR2.size);
      } finally {
        await broker.stop();
      }
    });
  }
});
