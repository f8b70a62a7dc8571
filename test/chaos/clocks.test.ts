import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Clocks } from './clocks.js';
import { ORDERS_VARIABLE, ordersDirectory } from './crash-order.js';

const run = promisify(execFile);
const HOUR_MS = 3_600_000;
/** A process starts in less. */
const TOLERANCE_MS = 30_000;

describe('the wall clocks of chaos processes', () => {
  let directory: string;
  let clocks: Clocks;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'tributary-clocks-test-'));
    clocks = new Clocks(directory);
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** How far the process sees its clock from the machine's, and its monotonic clock from its own start. */
  const offsets = async (member: string): Promise<{ readonly wall: number; readonly monotonic: number }> => {
    const preload = fileURLToPath(new URL('./stepped-clock.js', import.meta.url));
    const program = 'console.log(JSON.stringify([Date.now(), performance.now()]))';
    const { stdout } = await run(process.execPath, ['--import', preload, '--eval', program], {
      env: { ...process.env, [ORDERS_VARIABLE]: ordersDirectory(directory, member) },
    });
    const [wall = 0, monotonic = 0] = JSON.parse(stdout) as number[];
    return { wall: wall - Date.now(), monotonic };
  };

  const assertOff = async (member: string, expectedMs: number): Promise<void> => {
    const { wall, monotonic } = await offsets(member);
    assert.ok(Math.abs(wall - expectedMs) < TOLERANCE_MS, `${member} is off by ${wall} ms instead of ${expectedMs}`);
    assert.ok(monotonic < TOLERANCE_MS);
  };

  it('are right unless they are set', () => assertOff('m0', 0));

  it('are set for one process or for all, and set right again', async () => {
    await clocks.step(-2 * HOUR_MS, 'm0');
    await assertOff('m0', -2 * HOUR_MS);
    await assertOff('m1', 0);
    await clocks.step(HOUR_MS);
    await assertOff('m0', -HOUR_MS);
    await assertOff('m1', HOUR_MS);
    await clocks.step(0, 'm0');
    await clocks.step(0);
    await assertOff('m0', 0);
  });

  it('keep each shift through the steps', async () => {
    await clocks.shift(HOUR_MS);
    await clocks.step(-HOUR_MS);
    await clocks.shift(HOUR_MS);
    await assertOff('m0', HOUR_MS);
    await clocks.step(0);
    await assertOff('m0', 2 * HOUR_MS);
  });
});
