import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { AbstractChainedBatch } from 'abstract-level';
import { Level } from 'level';
import { RestoreBatch } from '../../stores/bytes/restore-batch.js';
import { StateBatch } from '../../stores/bytes/state-database.js';
import { TaskState } from '../../stores/bytes/task-state.js';
import { RdKafkaProducer } from '../../streams/kafka/rdkafka-producer.js';
import { AssignedTasks } from '../../streams/runtime/worker/assigned-tasks.js';
import {
  type CrashCall,
  type CrashOrder,
  crashOrderFile,
  noSpaceFile,
  ORDERS_VARIABLE,
  readErrorFile,
} from './crash-order.js';

// To be loaded before the program (`node --import`): it takes orders to die at certain calls of the program's own classes.

type AsyncMethod = (this: unknown, ...args: unknown[]) => Promise<unknown>;

const directory = process.env[ORDERS_VARIABLE];
if (directory === undefined) throw new Error(`${ORDERS_VARIABLE} must name the directory of the orders`);
const crashFile = crashOrderFile(directory);
const fullFile = noSpaceFile(path.dirname(directory));
const unreadableFile = readErrorFile(path.dirname(directory));
const LOOK_EVERY_MS = 20;
let order: CrashOrder | undefined;
let passes = 0;

watch(RdKafkaProducer.prototype, 'sendOffsetsToTransaction', 'offsets');
watch(RdKafkaProducer.prototype, 'commitTransaction', 'commit');
fillDisk(AbstractChainedBatch.prototype, 'write');
failReads(Level.prototype, 'getSync');
watch(StateBatch.prototype, 'write', 'batch');
watch(RestoreBatch.prototype, 'write', 'restore');
watch(AssignedTasks.prototype, 'park', 'park');
watch(AssignedTasks.prototype, 'assign', 'assign');
watch(TaskState.prototype, 'close', 'close');

function watch(prototype: object, name: string, call: CrashCall): void {
  wrap(
    prototype,
    name,
    original =>
      async function (...args) {
        const due = isDue(call);
        if (due?.when === 'before') dieAfter(due.ms);
        const result = original.apply(this, args);
        if (due?.when === 'during') dieAfter(due.ms);
        const value = await result;
        if (due?.when === 'after') dieAfter(due.ms);
        return value;
      },
  );
}

/** What LevelDB says on a full disk. */
function fillDisk(prototype: object, name: string): void {
  wrap(
    prototype,
    name,
    original =>
      async function (...args) {
        if (!existsSync(fullFile)) return await original.apply(this, args);
        const error = new Error('IO error: 000003.log: No space left on device');
        throw Object.assign(error, { code: 'LEVEL_IO_ERROR' });
      },
  );
}

/** What LevelDB says of a file that can't be read, because the disk is broken or no more files may be opened. */
function failReads(prototype: object, name: string): void {
  const original: unknown = Reflect.get(prototype, name);
  if (typeof original !== 'function') throw new Error(`there is no method ${name} any more that could fail`);
  let lookedAt = 0;
  let failing = false;
  Reflect.set(prototype, name, function (this: unknown, ...args: unknown[]): unknown {
    // A look at the disk for each read would cost more than the read.
    const now = performance.now();
    if (now - lookedAt > LOOK_EVERY_MS) {
      lookedAt = now;
      failing = existsSync(unreadableFile);
    }
    if (failing) throw new Error('IO error: 000005.ldb: Input/output error');
    return Reflect.apply(original, this, args);
  });
}

function wrap(prototype: object, name: string, wrapper: (original: AsyncMethod) => AsyncMethod): void {
  const original: unknown = Reflect.get(prototype, name);
  if (typeof original !== 'function') throw new Error(`there is no method ${name} any more to crash at`);
  Reflect.set(prototype, name, wrapper(original as AsyncMethod));
}

/** The order, if this call is the one that it means. */
function isDue(call: CrashCall): CrashOrder | undefined {
  if (!existsSync(crashFile)) {
    order = undefined;
    return undefined;
  }
  if (order === undefined) {
    order = JSON.parse(readFileSync(crashFile, 'utf8')) as CrashOrder;
    passes = 0;
  }
  if (order.call !== call) return undefined;
  passes++;
  return passes === order.pass ? order : undefined;
}

/** Other threads go on with what they were given, this one does not. */
function dieAfter(ms: number): never {
  for (const until = performance.now() + ms; performance.now() < until; );
  process.kill(process.pid, 'SIGKILL');
  throw new Error('outlived SIGKILL');
}
