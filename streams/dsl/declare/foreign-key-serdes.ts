import { type Serde, Serdes } from '../serde/serdes.js';

/** What the right side of a foreign-key join is asked for (Java: `SubscriptionWrapper.Instruction`). */
export const INSTRUCTIONS = Object.freeze([
  'deleteKeyNoPropagate',
  'deleteKeyAndPropagate',
  'propagateNullIfNoForeignValue',
  'propagateOnlyIfForeignValue',
] as const);

export type Instruction = (typeof INSTRUCTIONS)[number];

/** What the left side of a foreign-key join sends to the right side. */
export interface Registration {
  readonly instruction: Instruction;
  /** The hash of the left value. Empty if there is none. */
  readonly hash: Buffer;
  /** The serialized key of the left row. */
  readonly row: Buffer;
}

/** What the right side answers: its value, for the left value with this hash. */
export interface RegistrationResponse {
  readonly hash: Buffer;
  readonly value: unknown;
}

/** The instruction (1 byte), the length of the hash (1 byte), the hash, the bytes of the key. */
export const registrationSerde: Serde<Registration> = Object.freeze({
  serialize: ({ instruction, hash, row }: Registration): Buffer =>
    Buffer.concat([Buffer.of(INSTRUCTIONS.indexOf(instruction), hash.length), hash, row]),
  deserialize(bytes: Buffer): Registration {
    const instruction = INSTRUCTIONS[bytes.readUInt8(0)];
    if (instruction === undefined)
      throw new RangeError(`${bytes.readUInt8(0)} is no instruction of a foreign-key join`);
    const end = 2 + bytes.readUInt8(1);
    return { instruction, hash: bytes.subarray(2, end), row: bytes.subarray(end) };
  },
});

/**
 * The length of the hash (1 byte), the hash, the bytes of the value. As in Java, a value without bytes, such as an empty
 * text, reads as none.
 */
export function responseSerde(values: Serde<unknown>): Serde<RegistrationResponse> {
  return Object.freeze({
    serialize({ hash, value }: RegistrationResponse): Buffer {
      const bytes = value === null ? Buffer.alloc(0) : values.serialize(value);
      return Buffer.concat([Buffer.of(hash.length), hash, bytes]);
    },
    deserialize(bytes: Buffer): RegistrationResponse {
      const end = 1 + bytes.readUInt8(0);
      const value = bytes.length === end ? null : values.deserialize(bytes.subarray(end));
      return { hash: bytes.subarray(1, end), value };
    },
  });
}

/** The serde of the keys of subscriptions needs no values. */
export const NO_VALUES: Serde<unknown> = Serdes.bytes() as Serde<unknown>;
