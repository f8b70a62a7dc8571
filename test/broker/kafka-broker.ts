import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { brokerReady } from './broker-ready.js';
import { CHECKOUT } from './checkout.js';
import { freePort } from './free-port.js';
import { type GuardedProcess, spawnGuarded } from './guarded-process.js';
import { type Availability, javaAndMavenAvailable, mavenJars } from './maven-jars.js';
import { type ProxiedListener, serverProperties } from './server-properties.js';

const run = promisify(execFile);

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;

export interface KafkaOptions {
  /** Largest heap of the JVM as its `-Xmx` takes it; `1g` if not given. */
  readonly heap?: string;
  /** Over the launcher's `server.properties`. */
  readonly properties?: Readonly<Record<string, string>>;
  /**
   * Ports of proxies on loopback: for each one the broker has a listener more, which advertises that port. What
   * the proxies have to connect to is in `proxied`.
   */
  readonly proxies?: readonly number[];
}

/** Whether `startKafka` can run on this machine. */
export function kafkaAvailable(): Availability {
  return javaAndMavenAvailable();
}

/**
 * Starts Apache Kafka, of the version in `pom.xml`, as a single node on free ports of loopback, with its data in a fresh
 * temporary directory. Maven fetches its jars the first time. Rejects with the end of its log if it does not come up within a
 * minute. It dies with this process.
 */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaBroker> {
  const jars = await mavenJars(path.join(CHECKOUT, 'test', 'broker', 'pom.xml'), 'kafka');
  const directory = await mkdtemp(path.join(tmpdir(), 'tributary-kafka-'));
  const proxied: ProxiedListener[] = [];
  for (const advertised of options.proxies ?? []) proxied.push({ port: await freePort(), advertised });
  const broker = new KafkaBroker(jars, directory, await freePort(), options.heap ?? '1g', proxied);
  try {
    await broker.format(await freePort(), options.properties ?? {});
    await broker.restart();
  } catch (error) {
    await broker.stop();
    throw error;
  }
  return broker;
}

/** A running Apache Kafka, or one that was killed or stopped. */
export class KafkaBroker {
  /** `127.0.0.1:port`, the same after a restart. */
  readonly address: string;
  /** Ports of the listeners behind proxies, in the order of `KafkaOptions.proxies`; the same after a restart. */
  readonly proxied: readonly ProxiedListener[];
  readonly #classpath: string;
  readonly #directory: string;
  readonly #port: number;
  readonly #heap: string;
  #process: GuardedProcess | undefined;

  constructor(jars: string, directory: string, port: number, heap: string, proxied: readonly ProxiedListener[] = []) {
    this.address = `127.0.0.1:${port}`;
    this.proxied = proxied;
    this.#classpath = path.join(jars, '*');
    this.#directory = directory;
    this.#port = port;
    this.#heap = heap;
  }

  /** Throws when it is not running. */
  get pid(): number {
    if (this.#process === undefined) throw new Error('Kafka is not running');
    return this.#process.pid;
  }

  /** What the broker logged (warnings and errors), gone after `stop`. */
  get logFile(): string {
    return path.join(this.#directory, 'kafka.log');
  }

  /** The only one of the broker's `log.dirs`, gone after `stop`. */
  get dataDirectory(): string {
    return path.join(this.#directory, 'data');
  }

  /** Makes the directory a node's, before its first start. */
  async format(controllerPort: number, properties: Readonly<Record<string, string>>): Promise<void> {
    const settings = {
      port: this.#port,
      controllerPort,
      dataDirectory: this.dataDirectory,
      proxied: this.proxied,
      properties,
    };
    await writeFile(this.#propertiesFile, serverProperties(settings));
    const clusterId = randomBytes(16).toString('base64url');
    // With `=`, because one in 64 ids begins with a dash and would be taken for an option.
    const tool = ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '--config', this.#propertiesFile];
    await run('java', ['-cp', this.#classpath, ...tool]);
  }

  /** Starts it with the data and the port that it had, after an orderly stop if it still runs. */
  async restart(): Promise<void> {
    await this.#end('SIGTERM');
    const jvm = [`-Xmx${this.#heap}`, '-XX:+UseG1GC', '-Dlog4j2.level=WARN', '-cp', this.#classpath];
    const broker = await spawnGuarded('java', [...jvm, 'kafka.Kafka', this.#propertiesFile], {
      cwd: this.#directory,
      logFile: this.logFile,
      removeWhenOrphaned: this.#directory,
    });
    this.#process = broker;
    const ended = new AbortController();
    const failure = broker.exited.then(async status => {
      ended.abort();
      throw new Error(`Kafka ended while it started (${status}): ${await this.#endOfLog()}`);
    });
    // After the start an end is no failure: it was asked for, or its clients will notice.
    failure.catch(() => undefined);
    try {
      await Promise.race([brokerReady(this.#port, START_TIMEOUT_MS, ended.signal), failure]);
    } catch (error) {
      if (ended.signal.aborted) await failure;
      throw new Error(`Kafka did not start: ${String(error)}: ${await this.#endOfLog()}`, { cause: error });
    }
  }

  /** Ends it by SIGKILL; its data stays for `restart`. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Ends it in order (by SIGKILL if that takes too long) and removes all that it held. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    await rm(this.#directory, { recursive: true, force: true });
  }

  get #propertiesFile(): string {
    return path.join(this.#directory, 'server.properties');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const broker = this.#process;
    if (broker === undefined) return;
    broker.signal(signal);
    const overdue = setTimeout(() => broker.signal('SIGKILL'), STOP_TIMEOUT_MS);
    await broker.exited;
    clearTimeout(overdue);
    this.#process = undefined;
  }

  async #endOfLog(): Promise<string> {
    const log = await readFile(this.logFile, 'utf8').catch(() => '');
    return log.slice(-2000);
  }
}
