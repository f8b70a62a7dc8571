import type { KeyValue } from '../options/key-value.js';
import type { Serde } from '../serde/serdes.js';
import type { SerdePair } from './repartition.js';

/** What moves to the partition of the value that `countDistinct` counts. */
export interface MovedGroups<K, V> {
  readonly serde: Serde<unknown>;
  /** What moves of a record with this group and this value. */
  of(group: K, value: V): unknown;
  groupOf(moved: unknown): K;
  /** The record as it came. undefined if it is not known. */
  originalOf(moved: unknown): KeyValue<K, V | null> | undefined;
}

/** The group alone moves: late records are only counted. */
export function groupAlone<K, V>({ keySerde }: SerdePair<K, V>): MovedGroups<K, V> {
  return {
    serde: groupSerde(keySerde) as Serde<unknown>,
    of: group => group,
    groupOf: moved => moved as K,
    originalOf: () => undefined,
  };
}

/** The value moves with its group, so that late records can be sent as they came. */
export function groupWithValue<K, V>({ keySerde, valueSerde }: SerdePair<K, V>): MovedGroups<K, V> {
  return {
    serde: groupWithValueSerde(keySerde, valueSerde) as Serde<unknown>,
    of: (group, value): MovedGroup<K, V> => ({ group, value: value ?? null }),
    groupOf: moved => (moved as MovedGroup<K, V>).group,
    originalOf(moved) {
      const { group: key, value } = moved as MovedGroup<K, V>;
      return value === undefined ? undefined : { key, value };
    },
  };
}

/** A record on its way to the partition of the value that `countDistinct` counts, where late records go to a topic. */
export interface MovedGroup<K, V> {
  readonly group: K;
  /** Of the record. undefined: it moved before the topology had a topic for late records. */
  readonly value: V | null | undefined;
}

/** Begins the bytes of a group with a value. Without late records to send, the bytes are those of the group alone. */
const MARK = Buffer.from([0xff, 0xfe, ...Buffer.from('late'), 0xfe, 0xff]);
/** The mark, 1 if there is a value, the length of the group (4 bytes, big-endian). Then come the group and the value. */
const PREFIX_BYTES = MARK.length + 5;

/** The group alone. It reads groups with a value too: the topology may have had a topic for late records before. */
export function groupSerde<K>(groups: Serde<K>): Serde<K> {
  return Object.freeze({
    takesView: groups.takesView === true,
    serialize: (group: K): Buffer => groups.serialize(group),
    deserialize: (bytes: Buffer): K => groups.deserialize(hasValue(bytes) ? groupBytes(bytes) : bytes),
  });
}

/** The group with the value. It reads groups without one too. */
export function groupWithValueSerde<K, V>(groups: Serde<K>, values: Serde<V>): Serde<MovedGroup<K, V>> {
  return Object.freeze({
    takesView: groups.takesView === true && values.takesView === true,
    serialize({ group, value }: MovedGroup<K, V>): Buffer {
      const bytes = groups.serialize(group);
      const isNull = value === null || value === undefined;
      const prefix = Buffer.alloc(PREFIX_BYTES);
      MARK.copy(prefix);
      prefix.writeUInt8(isNull ? 0 : 1, MARK.length);
      prefix.writeUInt32BE(bytes.length, MARK.length + 1);
      return Buffer.concat(isNull ? [prefix, bytes] : [prefix, bytes, values.serialize(value)]);
    },
    deserialize(bytes: Buffer): MovedGroup<K, V> {
      if (!hasValue(bytes)) return { group: groups.deserialize(bytes), value: undefined };
      const own = groupBytes(bytes);
      const isNull = bytes.readUInt8(MARK.length) === 0;
      const value = isNull ? null : values.deserialize(bytes.subarray(PREFIX_BYTES + own.length));
      return { group: groups.deserialize(own), value };
    },
  });
}

function hasValue(bytes: Buffer): boolean {
  return bytes.length >= PREFIX_BYTES && bytes[0] === MARK[0] && bytes.subarray(0, MARK.length).equals(MARK);
}

function groupBytes(bytes: Buffer): Buffer {
  return bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + bytes.readUInt32BE(MARK.length + 1));
}
