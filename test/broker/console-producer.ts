import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { CHECKOUT } from './checkout.js';
import { mavenJars } from './maven-jars.js';

const run = promisify(execFile);

export const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Codec = (typeof CODECS)[number];

/** Writes the values as one batch, by Java's console producer (`kafka-console-producer.sh`) of the broker's distribution. */
export async function produceByJava(
  address: string,
  topic: string,
  codec: Codec,
  values: readonly string[],
): Promise<void> {
  const jars = await mavenJars(path.join(CHECKOUT, 'test', 'broker', 'pom.xml'), 'kafka');
  const tool = ['-XX:TieredStopAtLevel=1', '-cp', path.join(jars, '*'), 'org.apache.kafka.tools.ConsoleProducer'];
  const writing = run('java', [...tool, '--bootstrap-server', address, '--topic', topic, '--compression-codec', codec]);
  writing.child.stdin?.end(values.map(value => `${value}\n`).join(''));
  await writing;
}
