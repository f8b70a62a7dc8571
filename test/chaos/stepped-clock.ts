import { readFileSync } from 'node:fs';
import { clockFiles } from './clock-files.js';
import { ORDERS_VARIABLE } from './crash-order.js';

// To be loaded before the program (`node --import`): `Date.now` is the machine's clock and what the files of the round add to it. What
// measures intervals (`performance.now`, timers) and the Kafka client's own clock are left alone.

const LOOK_EVERY_MS = 20;
const directory = process.env[ORDERS_VARIABLE];
if (directory === undefined) throw new Error(`${ORDERS_VARIABLE} must name the directory of the orders`);
const files = clockFiles(directory);
const machineNow = Date.now;
let lookedAt = Number.NEGATIVE_INFINITY;
let offsetMs = 0;

Date.now = () => {
  const now = performance.now();
  if (now - lookedAt > LOOK_EVERY_MS) {
    lookedAt = now;
    offsetMs = files.reduce((sum, file) => sum + millisecondsIn(file), 0);
  }
  return machineNow() + offsetMs;
};

function millisecondsIn(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}
