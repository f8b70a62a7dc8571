import type { Change } from '../graph/change.js';
import { pairSerde } from '../serde/pair-serde.js';
import type { Serde } from '../serde/serdes.js';

const HAS_NEW = 1;
const HAS_OLD = 2;
const PREFIX_BYTES = 5;
const NO_BYTES = Buffer.alloc(0);

/**
 * An update of a grouped table, on its way to the partition of its group: which of the two values it has (1 byte), the
 * length of the new value (4 bytes, big-endian), the new value, the old value.
 */
export function changeSerde<V>(values: Serde<V>): Serde<Change<V>> {
  return Object.freeze({
    takesView: values.takesView === true,
    serialize({ newValue, oldValue }: Change<V>): Buffer {
      const newBytes = newValue === null ? NO_BYTES : values.serialize(newValue);
      const oldBytes = oldValue === null ? NO_BYTES : values.serialize(oldValue);
      const bytes = Buffer.allocUnsafe(PREFIX_BYTES + newBytes.length + oldBytes.length);
      bytes.writeUInt8((newValue === null ? 0 : HAS_NEW) | (oldValue === null ? 0 : HAS_OLD), 0);
      bytes.writeUInt32BE(newBytes.length, 1);
      newBytes.copy(bytes, PREFIX_BYTES);
      oldBytes.copy(bytes, PREFIX_BYTES + newBytes.length);
      return bytes;
    },
    deserialize(bytes: Buffer): Change<V> {
      const has = bytes.readUInt8(0);
      const end = PREFIX_BYTES + bytes.readUInt32BE(1);
      return {
        newValue: (has & HAS_NEW) === 0 ? null : values.deserialize(bytes.subarray(PREFIX_BYTES, end)),
        oldValue: (has & HAS_OLD) === 0 ? null : values.deserialize(bytes.subarray(end)),
      };
    },
  });
}

/** The same with the key of the row before it. The old value is left out: the key finds the old row. */
export function rowChangeSerde<V>(rowKeys: Serde<unknown>, values: Serde<V>): Serde<Change<V>> {
  const pairs = pairSerde(rowKeys, changeSerde(values));
  return Object.freeze({
    serialize: ({ newValue, row }: Change<V>): Buffer => pairs.serialize([row, { newValue, oldValue: null }]),
    deserialize(bytes: Buffer): Change<V> {
      const [row, change] = pairs.deserialize(bytes);
      return { ...change, row };
    },
  });
}
