import type { Processor, ProcessorRecord, StreamsBuilder } from '../../streams/index.js';

/*
 * Expected: these do not compile, as in Java. All of them compile.
 *
 * Why: `process` of Processor and FixedKeyProcessor (streams/dsl/processor/processor.ts) is declared as a method, and
 * TypeScript compares parameters of methods in both directions. As properties, `readonly process: (record: ...) => ...`,
 * they are compared strictly. Classes may still implement them by methods. The same is true of `init`, whose context is
 * checked only because it has `forward` in it.
 */

interface WithMore {
  readonly amount: number;
  readonly currency: string;
}

class NeedsMore implements Processor<'euro', WithMore, string, number> {
  process(record: ProcessorRecord<'euro', WithMore>): void {
    record.value.currency.trim();
  }
}

class NeedsKeys implements Processor<string, number, string, number> {
  process(record: ProcessorRecord<string, number>): void {
    record.key.trim();
  }
}

export function declareNonsense(builder: StreamsBuilder): void {
  // The values have no currency.
  const amounts = builder.stream<string, { amount: number }>('in', { dropNullKeys: true, dropNullValues: true });
  amounts.process(() => new NeedsMore());
  amounts.process(() => (record: ProcessorRecord<'euro', WithMore>) => void record.value.currency.trim());
  // The keys and the values may be null.
  builder.stream<string, number>('other').process(() => new NeedsKeys());
}
