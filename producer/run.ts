import type { Readable } from 'node:stream';
import { ConfigError, configErrorOf, DeliveryProducer, KafkaClientError } from 'tributary/kafka';
import { isShown, type LogLevel } from '../command/environment.js';
import { type BadLines, openBadLines as open } from './bad-lines.js';
import type { ProduceCommand, ProducerCommand, UsersInput } from './command.js';
import { generatedUsers } from './generator/generated-users.js';
import { writeUsersFile } from './generator/write-users-file.js';
import { kafkaSink } from './kafka-sink.js';
import { type ProduceResult, produceUsers } from './produce.js';
import { noProgress, type ProgressDisplay, progressBar, progressLines } from './progress.js';
import type { RecordSource } from './record-source.js';
import type { Timer } from './timer.js';
import { usersOfFile, usersOfStream } from './users-file.js';

/** What the program needs of its process. */
export interface ProgramIo {
  readonly stdin: Readable;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly writeOut: (text: string) => void;
  readonly timer: Timer;
  /** Aborted when the process is asked to end. */
  readonly signal: AbortSignal;
}

/**
 * Runs the command. Errors are one line on standard error.
 *
 * @returns the exit code: 0 if everything that was read is delivered, 1 if not, or if the input is broken
 * @throws ConfigError if a setting is wrong; then nothing is sent
 */
export async function runProducer(command: ProducerCommand, io: ProgramIo): Promise<number> {
  switch (command.kind) {
    case 'help':
      io.writeOut(command.text);
      return 0;
    case 'write': {
      const startedAt = io.timer.monotonic();
      const users = generatedUsers(command.count, command.seed);
      const generated = await writeUsersFile(command.path, users, io.signal);
      summary(io, { generated, seconds: (io.timer.monotonic() - startedAt) / 1000 });
      return 0;
    }
    case 'produce':
      return await produce(command, io, command.logLevel);
  }
}

async function produce(command: ProduceCommand, io: ProgramIo, logLevel: LogLevel): Promise<number> {
  const bad = openBadLines(command, io);
  const source = await openSource(command.input, io, bad?.add);
  const producer = openProducer(command, io, logLevel);
  let result: ProduceResult;
  try {
    if (!(await connect(producer, command, io.signal))) {
      summary(io, { produced: 0, failed: 0, seconds: 0 });
      return 0;
    }
    const progress = progressFor(io, logLevel);
    try {
      result = await produceUsers(source, kafkaSink(producer, command.topic), {
        timer: io.timer,
        rate: command.rate,
        timestampsOverMs: command.timestampsOverMs,
        signal: io.signal,
        onProgress: state => progress.update(state),
      });
    } finally {
      progress.stop();
    }
  } finally {
    bad?.close();
    await producer.close();
  }
  const { produced, failed, firstError, seconds, end } = result;
  if (end.kind === 'broken') {
    const sent = sentBefore(produced + failed);
    const remedy = end.error.perLine ? '; --skip-bad skips such lines' : '';
    writeLine(io, `${nameOf(command.input)}: ${end.error.message} (${sent}${remedy})`);
  }
  if (bad !== undefined) writeLine(io, bad.summary);
  if (failed > 0) {
    writeLine(
      io,
      `${failed} of ${produced + failed} records are not known to be delivered: ${firstError ?? 'no answer'}`,
    );
  }
  summary(io, { produced, failed, ...(bad === undefined ? {} : { skipped: bad.count }), seconds });
  return end.kind === 'broken' || failed > 0 ? 1 : 0;
}

async function openSource(
  input: UsersInput,
  io: ProgramIo,
  onBadLine: BadLines['add'] | undefined,
): Promise<RecordSource> {
  switch (input.kind) {
    case 'generate':
      return generatedUsers(input.count, input.seed);
    case 'stdin':
      return usersOfStream(io.stdin, io.signal, onBadLine);
    case 'file':
      try {
        return await usersOfFile(input.path, io.signal, onBadLine);
      } catch (error) {
        throw new ConfigError(`FILE: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
  }
}

function openBadLines({ badLines, input }: ProduceCommand, io: ProgramIo): BadLines | undefined {
  if (badLines === undefined) return undefined;
  return open(badLines, (line, text) => writeLine(io, `${nameOf(input)}: line ${line}: not one JSON value: ${text}`));
}

function openProducer(
  { cluster, connectTimeoutMs }: ProduceCommand,
  io: ProgramIo,
  logLevel: LogLevel,
): DeliveryProducer {
  try {
    return new DeliveryProducer({
      cluster,
      connectTimeoutMs,
      onWaiting: reason => isShown('warn', logLevel) && writeLine(io, `waiting: ${reason}`),
    });
  } catch (error) {
    throw configErrorOf(error, cluster);
  }
}

/** Returns false if the process was asked to end before the cluster answered. */
async function connect(producer: DeliveryProducer, { cluster }: ProduceCommand, signal: AbortSignal): Promise<boolean> {
  try {
    await producer.connect(signal);
  } catch (error) {
    if (signal.aborted) return false;
    throw error instanceof KafkaClientError && error.kind === 'fatal' ? configErrorOf(error, cluster) : error;
  }
  return true;
}

function progressFor({ stderr, timer }: ProgramIo, logLevel: LogLevel): ProgressDisplay {
  if (!isShown('info', logLevel)) return noProgress;
  return stderr.isTTY ? progressBar(stderr, timer) : progressLines(line => stderr.write(`${line}\n`), timer);
}

function sentBefore(records: number): string {
  if (records === 0) return 'nothing was sent';
  return `${records} ${records === 1 ? 'record before it was' : 'records before it were'} sent, nothing from there on`;
}

function nameOf(input: UsersInput): string {
  return input.kind === 'file' ? input.path : 'standard input';
}

function summary(io: ProgramIo, values: Readonly<Record<string, number>>): void {
  io.writeOut(`${JSON.stringify(values)}\n`);
}

function writeLine(io: ProgramIo, line: string): void {
  io.stderr.write(`${line}\n`);
}
