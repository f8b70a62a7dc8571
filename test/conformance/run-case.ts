import assert from 'node:assert/strict';
import { type ConsumerRecord, resumeOnError, Serdes } from '../../streams/index.js';
import { type TestRecord, TopologyTestDriver } from '../../streams/testing/index.js';
import type { CaseCall, CaseRecord, ConformanceCase, Json, Operation } from './case-file.js';
import { comparableOutput, sortedEntries } from './case-results.js';
import { asCaseValue, bytesOf, endOf, serdeOf } from './case-serde.js';
import { topologyOfCase } from './topology-of-case.js';

/** Runs the topology of a case on its input. Throws an AssertionError if anything comes out that Java does not give. */
export async function runCase(conformanceCase: ConformanceCase): Promise<void> {
  const { input, output, failsAt, buildError, stores } = conformanceCase;
  const calls: CaseCall[] = [];
  if (buildError !== undefined) {
    assert.throws(() => topologyOfCase(conformanceCase, calls), { name: 'TopologyError' });
    return;
  }
  const driver = await driverOf(conformanceCase, calls);
  try {
    for (const [index, item] of input.entries()) {
      if (index === failsAt) {
        await assert.rejects(pipe(driver, conformanceCase, item), { name: 'StreamsError' });
        break;
      }
      await pipe(driver, conformanceCase, item);
    }
    const written = driver.written.map(record => readOutput(conformanceCase, record));
    assert.deepEqual(comparableOutput(conformanceCase, written), comparableOutput(conformanceCase, output));
    if (conformanceCase.calls !== undefined) assert.deepEqual(calls, conformanceCase.calls);
    for (const [store, expected] of Object.entries(stores)) {
      const entries = (await driver.storeEntries(store)).map(entry => {
        const { key, windowStart, windowEnd, value, timestamp, headers = [] } = entry;
        if (windowStart === undefined) {
          const texts = headers.map(header => [header.key, header.value?.toString() ?? '']);
          return [
            asCaseValue(key),
            value,
            ...(timestamp === undefined ? [] : [timestamp]),
            ...(texts.length ? [texts] : []),
          ];
        }
        if (windowEnd !== undefined) return [{ key, start: windowStart, end: windowEnd }, value];
        const end = endOf(windowStart + sizeOf(store));
        return [{ key, start: windowStart, end }, value, ...(timestamp === undefined ? [] : [timestamp])];
      });
      assert.deepEqual(sortedEntries(entries.filter(isListed(store))), sortedEntries(expected), `store ${store}`);
    }
  } finally {
    await driver.close();
  }

  /** Java lists no versioned store. The cases have the entries of the keys of the input. */
  function isListed(store: string): (entry: readonly unknown[]) => boolean {
    const isVersioned = conformanceCase.topology.some(
      operation => operation.store === store && (operation.versioned || operation.kind === 'versioned'),
    );
    const keys = new Set(input.map(item => ('key' in item ? item.key : undefined)));
    return ([key]) => !isVersioned || keys.has(key as Json);
  }

  function sizeOf(store: string): number {
    const aggregation = conformanceCase.topology.find(operation => operation.store === store);
    if (aggregation?.op === 'store') return aggregation.size ?? 0;
    const windowing = conformanceCase.topology.find(({ id }) => id !== undefined && id === aggregation?.from);
    assert.ok(windowing?.windows !== undefined, `${store} is the store of a window`);
    if ('diff' in windowing.windows) return windowing.windows.diff;
    return 'size' in windowing.windows ? windowing.windows.size : Number.POSITIVE_INFINITY;
  }
}

/** A test driver with the topology and the configuration of the case. The calls of its peek and foreach are added to `calls`. */
export async function driverOf(conformanceCase: ConformanceCase, calls: CaseCall[]): Promise<TopologyTestDriver> {
  const { config, output } = conformanceCase;
  return TopologyTestDriver.create(topologyOfCase(conformanceCase, calls), {
    cacheMaxBytes: config.cacheBytes,
    startTime: config.wallClock ?? 0,
    outputTopics: output.map(({ topic }) => topic),
    ...(config.onDeserializationError === 'continue' ? { deserializationExceptionHandler: resumeOnError } : {}),
    ...(config.onProcessingError === 'continue' ? { processingExceptionHandler: resumeOnError } : {}),
    processingExceptionHandlerGlobalEnabled: config.onGlobalProcessingError === 'continue',
    ...(config.deadLetterTopic === undefined ? {} : { deadLetterTopic: config.deadLetterTopic }),
  });
}

/** A dead letter is bytes. */
const RAW: Operation = { op: 'to', raw: true };
/** Headers of dead letters. The cases have only those that name the source record. */
const ERRORS = '__streams.errors.';
const SOURCE: ReadonlySet<string> = new Set(['topic', 'partition', 'offset']);

/** Feeds one input of the case. */
export async function pipe(
  driver: TopologyTestDriver,
  { topology }: ConformanceCase,
  item: ConformanceCase['input'][number],
): Promise<void> {
  if ('advanceWallClock' in item) {
    await driver.advanceWallClock(item.advanceWallClock);
    return;
  }
  const source = topology.find(
    ({ topic, topics, pattern, op }) =>
      op !== 'to' &&
      (topic === item.topic ||
        topics?.includes(item.topic) ||
        (pattern !== undefined && new RegExp(`^(?:${pattern})$`).test(item.topic))),
  );
  const record: TestRecord<Buffer, Buffer> = {
    key: bytesOf(item.key, item.keyHex, serdeOf(source?.keySerde)),
    value: bytesOf(item.value, item.valueHex, serdeOf(source?.valueSerde)),
    timestamp: item.ts,
    headers: (item.headers ?? []).map(([key, value]) => ({ key, value: Buffer.from(value) })),
  };
  await driver.pipeInput(item.topic, record, { keySerde: Serdes.bytes(), valueSerde: Serdes.bytes() });
}

function readOutput(
  { topology, config }: ConformanceCase,
  { topic, key, value, timestamp, headers: all }: ConsumerRecord,
): CaseRecord {
  const headers = all.filter(({ key: name }) => !name.startsWith(ERRORS) || SOURCE.has(name.slice(ERRORS.length)));
  const ts = timestamp;
  const sink = topic === config.deadLetterTopic ? RAW : sinkOf(topology, topic);
  const read = sink.raw
    ? { topic, keyHex: key?.toString('hex') ?? null, valueHex: value?.toString('hex') ?? null, ts }
    : {
        topic,
        key: key === null ? null : asCaseValue(serdeOf(sink.keySerde).deserialize(key)),
        value: value === null ? null : asCaseValue(serdeOf(sink.valueSerde).deserialize(value)),
        ts,
      };
  if (headers.length === 0) return read;
  return { ...read, headers: headers.map(header => [header.key, header.value?.toString() ?? ''] as const) };
}

/** The sink that writes the topic; topics that no sink names are those of the topic function. */
function sinkOf(topology: readonly Operation[], topic: string): Operation {
  const sinks = topology.filter(({ op }) => op === 'to');
  const sink = sinks.find(operation => operation.topic === topic) ?? sinks.find(({ topicFn }) => topicFn !== undefined);
  assert.ok(sink !== undefined, `no sink writes ${topic}`);
  return sink;
}
