import type { Producer } from 'node-rdkafka';
import { type CleanedTopics, UserCleaner } from './clean-user.js';
import { type LoopOptions, runTransactions, type Step } from './transaction-loop.js';
import { WindowTable } from './window-counts.js';

/** The argument of the program, as JSON. */
export interface SpikeArgument extends LoopOptions {
  readonly topics: CleanedTopics & {
    /** Absent: users are only cleaned. */
    readonly tables?: { readonly countryCount: string; readonly distinctUsers: string } | undefined;
  };
  /** Of the input. */
  readonly partitions: number;
  readonly windowMs: number;
}

type Tables = NonNullable<SpikeArgument['topics']['tables']>;

/**
 * The workloads as a plain program on node-rdkafka, the ceiling of what an engine on it can reach. One process holds all
 * counts in memory, so it shuffles nothing, has no changelogs, and loses its counts when it ends.
 */
async function main(argument: SpikeArgument): Promise<void> {
  const stopping = new AbortController();
  process.once('SIGTERM', () => stopping.abort());
  await runTransactions(argument, stepOf(argument), stopping.signal);
}

function stepOf({ topics, partitions, windowMs }: SpikeArgument): Step {
  const cleaner = new UserCleaner(topics);
  const { tables } = topics;
  if (tables === undefined) {
    return { process: (message, producer) => void cleaner.write(message, producer), beforeCommit: () => {} };
  }
  const windows = new WindowTable(windowMs, partitions);
  return {
    process: (message, producer) => {
      const user = cleaner.write(message, producer);
      if (user !== undefined) windows.add(message.partition, message.timestamp ?? 0, user.country, user.email);
    },
    beforeCommit: producer => writeChanges(windows, windowMs, tables, producer),
  };
}

function writeChanges(windows: WindowTable, windowMs: number, tables: Tables, producer: Producer): void {
  windows.commit(({ start, countries, changedCountries, emails, hasNewEmails }) => {
    const times = { windowStart: new Date(start).toISOString(), windowEnd: new Date(start + windowMs).toISOString() };
    for (const country of changedCountries) {
      const row = { country, ...times, count: countries.get(country) };
      write(producer, tables.countryCount, `${country}@${times.windowStart}`, row);
    }
    if (hasNewEmails) {
      write(producer, tables.distinctUsers, times.windowStart, { ...times, distinctUsers: emails.size });
    }
  });
}

function write(producer: Producer, topic: string, key: string, row: object): void {
  producer.produce(topic, null, Buffer.from(JSON.stringify(row)), key, Date.now());
}

await main(JSON.parse(process.argv[2] ?? ''));
